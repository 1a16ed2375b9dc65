"""Como quem opera age numa conversa? Um evento que entra pelo portão dela, como o que a pessoa escreve.

Promete: um ato entra uma vez só; o que silencia o robô vale desde que entra; `settled` diz que ele foi
cumprido: o modo, a sessão, o registro na auditoria e o estado da entrega. Limite: o estado da entrega é o da
última da conversa.
"""

import asyncio
import secrets
from collections.abc import Iterable

import msgspec

from consumers.history import storable
from consumers.letters import Operator
from consumers.pipeline import AUDIT_LANE, TURN_LANE
from pyloto_stream.ai.masking import redact
from pyloto_stream.conversation.events import OperatorActed
from pyloto_stream.conversation.operators import Act, record_id, silences
from pyloto_stream.conversation.records import OPERATOR, ActionRecord
from pyloto_stream.stores.chain import event_path
from pyloto_stream.stores.conversations import ConversationStore
from pyloto_stream.stores.handoffs import HandoffStore, Status
from pyloto_stream.stores.ports import Documents
from pyloto_stream.stores.sessions import scoped_id
from pyloto_stream.streams.accept import Acceptor
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.model import Item
from pyloto_stream.streams.peek import peek

SHOWN = "CONVERSATION_SHOWN"
"""A ação de quem viu o que a pessoa disse."""
_LOOK_EVERY_S = 0.05
_encode = msgspec.json.Encoder().encode


class Settled(msgspec.Struct, frozen=True):
    """O que um ato deixou. `handoff` vazio: a conversa nunca foi entregue a ninguém."""

    mode: str
    handoff: str = ""
    handoff_status: Status | None = None


async def known(gateway: Gateway, documents: Documents, user_key: str) -> bool:
    """Esta conversa existe, no executor ou no histórico?"""
    if await peek(gateway, TURN_LANE.name, user_key) is not None:
        return True
    return await ConversationStore(documents).header(user_key) is not None


def acting(action: Act, operator: Operator, at_ms: int) -> OperatorActed:
    """Um ato novo; das palavras de quem age sai o que é dado pessoal."""
    return OperatorActed(secrets.token_hex(12), action, operator.name, at_ms, redact(operator.reason))


async def act(acceptor: Acceptor, user_key: str, event: OperatorActed) -> bool:
    """Faz o ato entrar; `False` se já tinha entrado.

    Raises:
        UnavailableError: o Redis não o aceitou; repetir com o mesmo `event` é seguro.
    """
    mode = silences(event.action) or ""
    item = Item(TURN_LANE.name, user_key, _encode(event), f"operator\0{event.id}", mode=mode)
    return (await acceptor.accept([item]))[0]


async def settled(
    documents: Documents, user_key: str, event: OperatorActed, within_s: float
) -> Settled | None:
    """Espera o ato ser cumprido; `None` se em `within_s` não foi. Pode ainda ser.

    Raises:
        UnavailableError: o banco de documentos não respondeu.
    """
    place = event_path(user_key, record_id(event.id))
    try:
        async with asyncio.timeout(within_s):
            while (found := await documents.get(place)) is None:  # noqa: ASYNC110 — quem grava é outro processo
                await asyncio.sleep(_LOOK_EVERY_S)
    except TimeoutError:
        return None
    data = msgspec.convert(found.data["data"], dict[str, str | int | float])
    handoff = str(data.get("handoff", ""))
    stored = await HandoffStore(documents).get(scoped_id(user_key, handoff)) if handoff else None
    return Settled(str(data["mode"]), handoff, stored.status if stored else None)


async def note_look(acceptor: Acceptor, user_keys: Iterable[str], operator: Operator, at_ms: int) -> None:
    """Registra que alguém viu o que estas pessoas disseram, em cada conversa, antes de o mostrar.

    Raises:
        UnavailableError: não ficou tudo registrado; não se mostra, e em alguma pode ter ficado.
    """
    record = ActionRecord(
        id=f"shown:{secrets.token_hex(12)}", action=SHOWN, at_ms=at_ms, actor=OPERATOR + operator.name,
        reason=operator.reason,
    )  # fmt: skip
    document = _encode(storable(record))
    await acceptor.accept(
        [Item(AUDIT_LANE.name, key, document, f"{record.id}\0{key}") for key in dict.fromkeys(user_keys)]
    )
