"""Como a entrega a uma pessoa chega ao CRM? A etapa da faixa `handoff`: um POST, se há endereço, e a fila.

Promete: cada entrega é publicada uma vez, no mesmo script que encerra o turno, e só depois de um 2xx ao POST.
CRM fora do ar: espera sem contar, e só esta faixa. Recusada por ele: fila de mortos, e as outras seguem.
Limite: quem morre entre o 2xx e o script entrega de novo, com o mesmo id.
"""

import asyncio
from collections.abc import Callable

import msgspec

from consumers.handoff_document import for_post, for_stream, handoff_id
from consumers.handoff_post import HandoffPost
from consumers.pipeline import HANDOFF_LANE
from pyloto_stream.conversation.records import HandoffReady
from pyloto_stream.errors import PermanentError, UnavailableError
from pyloto_stream.streams.model import Feed, Handler, Plan, Published, Turn

OUTLET = "handoffs"
"""A fila de saída, em cada partição."""

_ready = msgspec.json.Decoder(list[HandoffReady])
_encode = msgspec.json.Encoder().encode


def publishing_stage(count: Callable[[str], None] = lambda _result: None) -> Handler:
    """Etapa `handoff` sem endereço a chamar: só publica; pura."""

    def handle(turn: Turn) -> Plan:
        entries = tuple(published(turn.conversation, ready) for ready in events_of(turn))
        for _ in entries:
            count("published")
        return Plan(published=entries)

    return handle


def posting_stage(post: HandoffPost, budget_s: float) -> Handler:
    """Etapa `handoff` com um CRM a chamar; `budget_s`: até quando um turno começa outro POST.

    Um turno traz quase sempre uma entrega. Com várias, as que passam são publicadas já; o que fica volta pela
    caixa, e só um turno em que nenhuma passa espera ou é enterrado.
    """

    async def handle(turn: Turn) -> Plan:
        events, clock = events_of(turn), asyncio.get_running_loop().time
        until = clock() + budget_s
        done, left = list[Published](), list[HandoffReady]()
        fault: UnavailableError | PermanentError | None = None
        for ready in events:
            if isinstance(fault, UnavailableError) or (done and clock() > until):
                left.append(ready)
                continue
            try:
                await post.deliver(handoff_id(turn.conversation, ready), for_post(turn.conversation, ready))
                done.append(published(turn.conversation, ready))
            except (UnavailableError, PermanentError) as error:
                fault = error
                left.append(ready)
        if fault is not None and not done:
            raise fault
        again = tuple(Feed(HANDOFF_LANE.name, _encode(ready)) for ready in left)
        return Plan(published=tuple(done), feed=again)

    return handle


def events_of(turn: Turn) -> list[HandoffReady]:
    """As entregas do turno.

    Raises:
        PermanentError: code `undecodable_event`.
    """
    try:
        return _ready.decode(turn.events)
    except msgspec.MsgspecError as error:
        raise PermanentError("hand-off does not decode", code="undecodable_event") from error


def published(user_key: str, ready: HandoffReady) -> Published:
    """A entrada da fila."""
    return Published(OUTLET, handoff_id(user_key, ready), for_stream(user_key, ready))
