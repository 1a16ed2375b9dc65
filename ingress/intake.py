"""O que o executor recebe de um webhook lido? Eventos da conversa, registros e partes ilegíveis.

Promete: cada parte vira uma oferta, com a mesma chave de deduplicação a cada reenvio: o id que a Meta sorteou
ou, de uma parte sem id, um HMAC, que quem adivinha um telefone não confirma. A conversa é a que a tabela de
apelidos disse (`identities.py`). Grupos e avisos da conta não são de conversa nenhuma.
"""

from collections.abc import Iterator
from hashlib import blake2b

import msgspec

from ingress.events import called, changed, channel, failed_reply, replied, status_record, talked
from ingress.people import Keys
from ingress.ports import Offer, UpdateKind
from pyloto_stream.conversation.inbound import cancelled_by
from pyloto_stream.streams.model import Item, Settlement, Unreadable
from pyloto_stream.whatsapp.error_codes import WINDOW_CLOSED
from pyloto_stream.whatsapp.webhook import Batch, Part
from pyloto_stream.whatsapp.webhook_notices import Notice
from pyloto_stream.whatsapp.webhook_others import Call, Echo, Preference
from pyloto_stream.whatsapp.webhook_updates import Message, Status

TURN, AUDIT = "turn", "audit"
HUMAN = "HUMAN"
OUR_REPLY = "v1."
"""Início dos ids que mandamos em `biz_opaque_callback_data`."""

FIRST_REPLY = ".0"
"""Fim do id da resposta de um turno; o do modelo que sai no lugar dela é outro."""

_encode = msgspec.json.Encoder().encode


def offers_of(batch: Batch, keys: Keys, accepted_at_ms: int, correlation_id: str) -> list[Offer]:
    """A oferta de cada parte: as mensagens, depois cada outra espécie, cada uma na ordem de chegada.

    `accepted_at_ms` em ms Unix; um instante desconhecido, ou no futuro, vale como este.
    """
    return list(_offers(batch, keys, accepted_at_ms, correlation_id))


def kinds_of(batch: Batch) -> list[UpdateKind]:
    """O nome nas métricas de cada parte, na ordem das ofertas."""
    kinds: list[UpdateKind] = ["standby" if message.standby else "message" for message in batch.messages]
    kinds += ["status"] * len(batch.statuses)
    kinds += ["standby" if echo.standby else "echo" for echo in batch.echoes]
    kinds += ["call"] * len(batch.calls)
    kinds += ["preference"] * len(batch.preferences)
    kinds += ["notice"] * len(batch.notices)
    kinds += ["unreadable"] * len(batch.unreadable)
    return kinds


def _offers(batch: Batch, keys: Keys, at_ms: int, correlation_id: str) -> Iterator[Offer]:
    for message in batch.messages:
        yield _message(message, keys, at_ms, correlation_id)
    for status in batch.statuses:
        yield _status(status, keys, at_ms)
    for echo in batch.echoes:
        yield _echo(echo, keys, at_ms, correlation_id)
    for call in batch.calls:
        yield _call(call, keys, at_ms, correlation_id)
    for preference in batch.preferences:
        yield _preference(preference, keys, at_ms)
    for notice in batch.notices:
        yield _notice(notice, keys, at_ms)
    for part in batch.unreadable:
        yield _unreadable(part, keys)


def _message(message: Message, keys: Keys, at_ms: int, correlation_id: str) -> Item:
    event = _encode(talked(message, at_ms, correlation_id))
    key = f"message\0{message.phone_number_id}\0{message.id}"
    voided = () if message.standby else cancelled_by(message.content.kind)
    place = keys.people[message.person]
    return Item(TURN, place.key, event, key, voided, former=place.former, names=place.names)


def _echo(echo: Echo, keys: Keys, at_ms: int, correlation_id: str) -> Item:
    """Quem responde por fora assume a conversa já ao entrar o eco: nem o que está saindo passa à frente."""
    event, key = _encode(replied(echo, at_ms, correlation_id)), f"echo\0{echo.id}"
    mode, place = "" if echo.standby else HUMAN, keys.people[echo.person]
    return Item(TURN, place.key, event, key, mode=mode, echo_of=echo.id, former=place.former)


def _call(call: Call, keys: Keys, at_ms: int, correlation_id: str) -> Item:
    said = call.status if call.event == "status" else ""
    key, place = f"call\0{call.id}\0{call.event}\0{said}", keys.people[call.person]
    event = called(call, key, at_ms, correlation_id)
    return Item(TURN if call.inbound else AUDIT, place.key, _encode(event), key, former=place.former)


def _preference(preference: Preference, keys: Keys, at_ms: int) -> Item:
    who = "\0".join(preference.person.identities())
    key = keys.veiled(f"preference\0{who}\0{preference.marketing}\0{preference.at_ms}")
    event, place = _encode(changed(preference, at_ms)), keys.people[preference.person]
    return Item(TURN, place.key, event, key, former=place.former)


def _notice(notice: Notice, keys: Keys, at_ms: int) -> Item:
    key = keys.veiled(notice.key)
    conversation = keys.of_thing(f"account:{notice.account_id}")
    return Item(AUDIT, conversation, _encode(channel(notice, key, at_ms)), key)


def _status(status: Status, keys: Keys, at_ms: int) -> Item | Settlement:
    key = f"status\0{status.id}\0{status.status}\0{status.recipient}\0{status.at_ms}"
    ours = status.callback.startswith(OUR_REPLY)
    record = status_record(status, key, status.callback if ours else "", at_ms)
    conversation = keys.of(status.person) if status.person.address else keys.of_thing(f"message:{status.id}")
    if not ours:
        return Item(AUDIT, conversation, _encode(record), key)
    # qualquer status diz que a Meta aceitou a mensagem; só `failed` diz que ela não chegará
    outcome = "failed" if status.status == "failed" else "sent"
    told = _encode(failed_reply(status, at_ms)) if _window_closed(status) else b""
    return Settlement(status.callback, outcome, status.id, AUDIT, conversation, _encode(record), key, told)


def _window_closed(status: Status) -> bool:
    """A Meta aceitou uma resposta e só depois disse que a janela fechou? De um modelo não se cuida."""
    refused = status.status == "failed" and status.error_code == WINDOW_CLOSED
    return refused and status.callback.endswith(FIRST_REPLY)


def _unreadable(part: Part, keys: Keys) -> Unreadable:
    origin = blake2b(part.scope + b"\0" + part.body, digest_size=16).hexdigest()
    return Unreadable(part.reason, part.webhook(), keys.veiled(f"unreadable\0{part.reason}\0{origin}"))
