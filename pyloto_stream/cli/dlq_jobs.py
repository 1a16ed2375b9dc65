"""O que fazem `replay` e `discard` com um morto? Um passo por morto, que se pode repetir.

Um webhook ilegível volta pela porta da frente: lido de novo com o código de agora e oferecido como se
chegasse; a deduplicação (8 dias) faz da repetição um nada. Só some depois, e só se tudo nele se leu.
"""

from consumers.letters import Operator, entering, note, patched
from consumers.pipeline import LANES
from ingress.identities import Identities
from ingress.intake import offers_of
from pyloto_stream.clock import system_clock
from pyloto_stream.errors import MisconfiguredError, PermanentError
from pyloto_stream.observability.correlation import new_correlation_id
from pyloto_stream.settings import Settings
from pyloto_stream.streams.accept import AcceptOptions, Acceptor
from pyloto_stream.streams.aliases import AliasTable
from pyloto_stream.streams.dead import INGRESS, DeadLetter, Edit, LetterId
from pyloto_stream.streams.dead_actions import amend, discard, replay
from pyloto_stream.streams.dead_scan import CONTENT, fetch
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.whatsapp.webhook import Batch, read


class Replay:
    """Devolve os eventos do morto à sua conversa; um webhook, à entrada."""

    verb, past = "replay", "replayed"
    without: tuple[str, ...] = tuple(name for name in CONTENT if name != "body")

    def __init__(self, gateway: Gateway, settings: Settings, operator: Operator) -> None:
        self._gateway = gateway
        self._operator = operator
        self._identities = Identities(settings.pepper_secret.reveal().encode(), AliasTable(gateway))
        options = AcceptOptions(
            dedupe_ttl_s=settings.dedupe_ttl_seconds, backlog_limit=settings.backlog_limit
        )
        self._acceptor = Acceptor(gateway, list(LANES.values()), options)

    def plan(self, letter: DeadLetter) -> str:
        """Ver `Job`."""
        if letter.id.stage == INGRESS:
            batch = _readable(letter)
            return f"accept {_count(batch.size, 'update')} of a webhook"
        return f"{_count(len(entering(letter)), 'event')} to {LANES[letter.lane].stages[0]}"

    async def run(self, letter: DeadLetter) -> bool:
        """Ver `Job`."""
        record = note(letter, "DLQ_REPLAYED", self._operator, system_clock())
        if letter.id.stage != INGRESS:
            return await replay(self._gateway, letter, entering(letter), LANES, record)
        accepted_at_ms = letter.number("at") or letter.id.at_ms
        batch = _readable(letter)
        keys = await self._identities.keys_of(batch)
        await self._acceptor.accept(offers_of(batch, keys, accepted_at_ms, new_correlation_id()))
        return await discard(self._gateway, letter.id, record)


class Discard:
    """Apaga o morto."""

    verb, past = "discard", "discarded"
    without: tuple[str, ...] = CONTENT

    def __init__(self, gateway: Gateway, _settings: Settings, operator: Operator) -> None:
        self._gateway = gateway
        self._operator = operator

    def plan(self, letter: DeadLetter) -> str:
        """Ver `Job`."""
        return f"discard {_count(len(letter.events), 'event')}" if letter.events else "discard"

    async def run(self, letter: DeadLetter) -> bool:
        """Ver `Job`."""
        record = note(letter, "DLQ_DISCARDED", self._operator, system_clock())
        return await discard(self._gateway, letter.id, record)


async def amended(
    gateway: Gateway, name: LetterId, event: int, patch: object, operator: Operator
) -> LetterId | None:
    """Emenda o evento `event` do morto; devolve o nome do novo, ou `None` se ele já não estava lá.

    Raises:
        MisconfiguredError: não há esse evento.
        PermanentError: o morto não é um token desta versão, ou o resultado não se lê.
    """
    letter = await fetch(gateway, name)
    if letter is None:
        return None
    try:
        events = patched(letter, event, patch)
    except IndexError:
        raise MisconfiguredError(
            f"--event: this letter has {_count(len(letter.events or ()), 'event')}"
        ) from None
    at_ms = system_clock()
    edit = Edit(operator.name, operator.reason, at_ms)
    return await amend(gateway, letter, events, edit, note(letter, "DLQ_EDITED", operator, at_ms))


def _readable(letter: DeadLetter) -> Batch:
    """O webhook, se tudo nele se lê.

    Raises:
        PermanentError: code `unreadable`.
    """
    batch = read(letter.fields.get("body", b""))
    if batch.unreadable:
        reasons = ", ".join(sorted({part.reason for part in batch.unreadable}))
        raise PermanentError(f"this version cannot read it either: {reasons}", code="unreadable")
    return batch


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"
