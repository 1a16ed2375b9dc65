"""O que ficou nos bancos é o que se disse, e só isso? Lido pelos repositórios, com a rodada quieta.

Cada mensagem e cada resposta uma vez, com o seu texto; a cadeia inteira, com exatamente os eventos que as
etapas lhe entregaram, na ordem em que os entregaram; e o cabeçalho de acordo com ela.
"""

from collections import Counter

from pyloto_stream.conversation.records import opaque
from pyloto_stream.simulator.people import Person
from pyloto_stream.stores.audit_log import AuditLogStore, StoredEvent
from pyloto_stream.stores.chain_check import verify_chain
from pyloto_stream.stores.conversations import ConversationStore
from pyloto_stream.stores.events import RECEIVED, SENT
from pyloto_stream.stores.messages import StoredMessage
from pyloto_stream.stores.ports import Documents
from tests.faults.harness.checker import Row
from tests.faults.harness.fed import Expected
from tests.faults.harness.run import Run

_PAGE = 200


async def stored(
    run: Run, documents: Documents, person: Person, fed: Expected, row: Row
) -> tuple[int, list[str]]:
    """Confere uma conversa; devolve quantos eventos a cadeia tem e o que não está como devia."""
    key, log, conversations = run.key(person), AuditLogStore(documents), ConversationStore(documents)
    trail = [event async for event in log.events(key)]
    page = await conversations.messages(key, direction="newer", limit=_PAGE)
    problems = ["more messages than one page"] if page.more else []
    problems += _messages(person, page.messages, row)
    problems += _chain(person, trail, fed, row)
    verdict, head = await verify_chain(documents, key), await log.head(key)
    if not verdict.intact or verdict.events != len(trail):
        problems.append(f"chain of {len(trail)} events: {verdict}")
    if not trail or (head.seq, head.hash) != (len(trail), trail[-1].hash):
        problems.append(f"head at {head.seq}, last event at {trail[-1].seq if trail else 0}")
    header = await conversations.header(key)
    if header is None or header.updated_at != max((event.timestamp for event in trail), default=""):
        problems.append(f"header does not agree with the chain: {header}")
    return len(trail), problems


def _messages(person: Person, found: list[StoredMessage], row: Row) -> list[str]:
    """As mensagens gravadas são as que a pessoa disse e as que a Meta aceitou, com os textos delas."""
    said = {bubble.id: bubble.text for bubble in person.thread if bubble.mine}
    heard = {reply.wamid: person.bubble(reply.wamid).text for reply in person.replies}
    row.accepted += len(said)
    row.replies += len(heard)
    came = {message.id: message.text for message in found if message.direction == "in"}
    gone = {message.id: message.text for message in found if message.direction == "out"}
    problems = list[str]()
    if came != said:
        row.lost += len(said.keys() - came.keys())
        wrong = sum(said[name] != text for name, text in came.items() if name in said)
        problems.append(f"{len(said)} said, {len(came)} stored, {wrong} with another text")
    if gone != heard:
        row.lost += len(heard.keys() - gone.keys())
        wrong = sum(heard[name] != text for name, text in gone.items() if name in heard)
        problems.append(f"{len(heard)} replies, {len(gone)} stored, {wrong} with another text")
    if late := [message.id for message in found if message.id in heard and "sent" not in message.delivery]:
        problems.append(f"{len(late)} replies without the status Meta told")
    twice = {name: n for name, n in Counter(reply.reply_id for reply in person.replies).items() if n > 1}
    if twice:
        row.duplicated += len(twice)
        problems.append(f"sent twice: {twice}")
    return problems


def _chain(person: Person, trail: list[StoredEvent], fed: Expected, row: Row) -> list[str]:
    """Os eventos são os entregues, uma vez, em ordem; as mensagens, na ordem em que foram ditas."""
    problems, names = list[str](), [event.event_id for event in trail]
    if again := [name for name, times in Counter(names).items() if times > 1]:
        row.duplicated += len(again)
        problems.append(f"events twice: {again}")
    aside = {*fed.aside}
    if Counter(names) != Counter(fed.spoken) + Counter(fed.aside):
        problems.append(f"{len(fed.spoken)} + {len(aside)} events fed, {len(names)} in the chain")
    elif [name for name in names if name not in aside] != fed.spoken:
        row.out_of_order += 1
        problems.append("events not in the order they were fed")
    said = [opaque(bubble.id) for bubble in person.thread if bubble.mine]
    if _order(trail, RECEIVED) != said:
        row.out_of_order += 1
        problems.append("messages not in the order they were said")
    if _order(trail, SENT) != [opaque(reply.wamid) for reply in person.replies]:
        row.out_of_order += 1
        problems.append("replies not in the order Meta took them")
    return problems


def _order(trail: list[StoredEvent], action: str) -> list[str]:
    return [str(event.data["message"]) for event in trail if event.action == action]
