"""Com que partes se esquece uma pessoa nesta instalação? Todas as faixas, os repositórios, e os prazos.

Promete: espera-se pelo maior prazo de quem podia ter em mãos algo da pessoa, e só se alguém podia. Limite: um
processo congelado por mais que isso pode deixar um documento ou um arquivo; repetir, ou a retenção, o apaga.
"""

from collections.abc import Callable, Coroutine, Iterable, Sequence
from contextlib import AsyncExitStack, suppress

import msgspec

from consumers.objects import open_export_objects, open_media_objects
from consumers.pipeline import AUDIT, AUDIT_LANE, LANES, MEDIA, MEDIA_LANE, TIMEOUTS_S, TURN_LANE
from pyloto_stream.clock import Clock
from pyloto_stream.conversation.records import MediaRecord, Record
from pyloto_stream.conversation.state import ConversationState
from pyloto_stream.conversation.wanted import MediaWanted
from pyloto_stream.errors import PermanentError
from pyloto_stream.records.forget import ForgetPersonUseCase, Pending
from pyloto_stream.records.forget_documents import Places
from pyloto_stream.settings import Settings
from pyloto_stream.stores.ports import Documents
from pyloto_stream.stores.profiles import UserProfileStore
from pyloto_stream.stores.sealing import Sealer
from pyloto_stream.stores.values import DamagedError
from pyloto_stream.streams.forget import Forgotten, forget, forget_unread, told_by
from pyloto_stream.streams.forget_steps import Severed
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.peek import peek
from pyloto_stream.whatsapp.identity import written_forms
from pyloto_stream.whatsapp.media_download import digest_of

MARGIN_S = 5.0
"""O que se espera além do prazo de uma etapa: cancelar também leva tempo."""

WITNESS = (MEDIA_LANE.name, AUDIT_LANE.name)
"""Onde se lê que arquivos dela alguém guarda, ou guardou e ainda não registrou."""

_wanted = msgspec.json.Decoder(list[MediaWanted])
_records = msgspec.json.Decoder(list[Record])
_state = msgspec.json.Decoder(ConversationState)


async def open_places(settings: Settings, documents: Documents, resources: AsyncExitStack) -> Places:
    """Onde se apaga; `resources` fecha o que se abre aqui.

    Raises:
        MisconfiguredError: valores errados, ou falta o SDK do Google.
        UnavailableError: um repositório não pode ser usado.
    """
    media = await open_media_objects(settings)
    resources.push_async_callback(media.close)
    exports = await open_export_objects(settings)
    resources.push_async_callback(exports.close)
    sealer, pepper = Sealer(settings.data_keys()), settings.pepper_secret.reveal().encode()
    return Places(documents, UserProfileStore(documents, sealer, pepper), media, exports)


def forget_person(gateway: Gateway, places: Places, clock: Clock) -> ForgetPersonUseCase:
    """Quem esquece pessoas nesta instalação."""

    async def cut(
        user_key: str, identifiers: Sequence[bytes], behind: Callable[[Severed], Coroutine[None, None, None]]
    ) -> Forgotten:
        unread = await forget_unread(gateway, user_key, identifiers)
        told = await forget(gateway, LANES, user_key, identifiers=identifiers, witness=WITNESS, behind=behind)
        return msgspec.structs.replace(told, dead=told.dead + unread)

    async def look(user_key: str) -> tuple[bool, set[str]]:
        found = await peek(gateway, TURN_LANE.name, user_key)
        told = await told_by(gateway, WITNESS, user_key)
        return found is not None or bool(told), wanted_files(told)

    return ForgetPersonUseCase(places, (look, cut), clock, wanted_files, AUDIT_LANE.name)


def settle_s(pending: Pending) -> float:
    """Em quantos segundos, no máximo, ninguém mais tem em mãos nada desta pessoa."""
    if pending.storing:
        return TIMEOUTS_S[MEDIA] + MARGIN_S
    return TIMEOUTS_S[AUDIT] + MARGIN_S if pending.busy else 0.0


def wanted_files(told: Iterable[bytes]) -> set[str]:
    """Os resumos dos arquivos que estes eventos mandam guardar, ou dizem guardados."""
    found = set[str]()
    for events in told:
        try:
            found |= _kept(events) or _asked(events)
        except msgspec.MsgspecError:
            continue  # o que não se lê não se guarda
    return found


def _asked(events: bytes) -> set[str]:
    digests = [digest_of(event.media.sha256) for event in _wanted.decode(events)]
    return {digest.hex() for digest in digests if digest is not None}


def _kept(events: bytes) -> set[str]:
    try:
        return {record.sha256 for record in _records.decode(events) if isinstance(record, MediaRecord)}
    except msgspec.MsgspecError:
        return set()


async def identifiers_of(gateway: Gateway, places: Places, user_key: str, phone: str) -> list[bytes]:
    """Como a Meta escreve esta pessoa, pelo que se sabe dela: `phone`, o do perfil, e o id a que se responde.

    Um perfil que não se lê não diz nada.

    Raises:
        UnavailableError: o Redis ou o banco não respondeu.
    """
    profile = None
    with suppress(PermanentError, DamagedError):
        profile = await places.profiles.get(user_key)
    ids = {phone, profile.lead.phone if profile else "", await _address(gateway, user_key)} - {""}
    return sorted(form.encode() for one in ids for form in written_forms(one))


async def _address(gateway: Gateway, user_key: str) -> str:
    peeked = await peek(gateway, TURN_LANE.name, user_key)
    try:
        return _state.decode(peeked.state).reply_to if peeked and peeked.state else ""
    except msgspec.MsgspecError:
        return ""
