"""O que se conclui de uma rodada? Só do que se vê de fora: a Meta local, os documentos, o Redis parado.

Uma mensagem aceita está, uma vez e na sua ordem, na trilha da conversa, ou numa fila de mortos; cada turno
tem uma resposta que a Meta recebeu; o que ela recebeu duas vezes estava em dúvida, e foi contado.
"""

import itertools
import math
import re
from collections import Counter

import msgspec

from pyloto_stream.conversation.records import opaque
from pyloto_stream.simulator.people import Person
from pyloto_stream.simulator.sent import SentMessage
from pyloto_stream.stores.audit_log import AuditLogStore, StoredEvent
from pyloto_stream.stores.events import RECEIVED
from pyloto_stream.stores.sqlite import SqliteDocuments
from pyloto_stream.streams.keys import partition_of, reply_id
from tests.faults.harness.handed_over import handed_over
from tests.faults.harness.load import cities, last_city
from tests.faults.harness.run import Run
from tests.support import look

RACE_S = 0.25
"""Um status que chega quando o reenvio já está a caminho não o detém."""
_NO_REPLY = {"REPLY_DROPPED", "REPLY_FAILED", "REPLY_SILENCED", "REPLY_IN_DOUBT"}


class Row(msgspec.Struct):
    """Uma linha do quadro: somas de rodadas. `in_doubt`: repetidas que estavam em dúvida."""

    runs: int = 0
    accepted: int = 0
    replies: int = 0
    lost: int = 0
    out_of_order: int = 0
    duplicated: int = 0
    in_doubt: int = 0
    fenced: int = 0
    dead: int = 0

    def add(self, other: "Row") -> None:
        """Soma `other`."""
        for name in self.__struct_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


_MESSAGE_ID = re.compile(r"wamid\.[A-Za-z0-9+/=]+")


class _Message(msgspec.Struct):
    id: str = ""


_events = msgspec.json.Decoder(list[_Message])


async def check(run: Run) -> tuple[Row, list[str]]:
    """Confere a rodada, já quieta: as somas, e que promessas não valeram, em que conversa."""
    row, problems = Row(runs=1, fenced=run.counts["fenced"]), list[str]()
    ids, codes = await buried(run)
    row.dead = sum(codes.values())
    if codes != run.dead:
        problems.append(f"dead letters: {dict(codes)}, expected {dict(run.dead)}")
    if left := await run.left():
        problems.append(f"left behind: {left}")
    if run.meta.given_up:
        problems.append(f"{len(run.meta.given_up)} webhooks never taken")
    documents = await SqliteDocuments.open(run.settings.sqlite_path)
    try:
        for number, person in enumerate(run.people, 1):
            for problem in await _person(run, documents, person, ids, row):
                problems.append(f"person {number}: {problem}")
        if run.crm is not None:
            problems += await handed_over(run, run.crm, documents)
    finally:
        await documents.close()
    return row, problems


async def buried(run: Run) -> tuple[set[str], Counter[str]]:
    """Ids das mensagens que estão nas filas de mortos, e os códigos dos enterros."""
    ids, codes = set[str](), Counter[str]()
    for key in await look.found(run.redis, "*:dead:*"):
        for fields in await look.entries(run.redis, key):
            codes[fields["code"]] += 1
            ids |= set(_MESSAGE_ID.findall(fields.get("body", "").replace("\\/", "/")))  # parte ilegível
            try:
                ids |= {event.id for event in _events.decode(fields.get("e", "[]"))}
            except msgspec.MsgspecError:
                continue
    return ids, codes


async def _person(
    run: Run, documents: SqliteDocuments, person: Person, dead: set[str], row: Row
) -> list[str]:
    log, key, problems = AuditLogStore(documents), run.key(person), list[str]()
    trail = [event async for event in log.events(key)]
    verdict = await log.verify(key)
    if not verdict.intact:
        problems.append(f"audit chain: {verdict}")
    accepted = [
        bubble.id for bubble in person.thread if bubble.mine and bubble.state in {"delivered", "read"}
    ]
    row.accepted += len(accepted)
    row.replies += len(person.replies)
    problems += _received(trail, accepted, dead, row)
    problems += _order(person, row)
    problems += _sent(run, key, trail, person, row)
    return problems


def _received(trail: list[StoredEvent], accepted: list[str], dead: set[str], row: Row) -> list[str]:
    """Toda mensagem aceita chegou à trilha, na ordem em que foi aceita, ou à fila de mortos."""
    problems = list[str]()
    names = {opaque(message): place for place, message in enumerate(accepted)}
    seen = [names.get(str(event.data["message"])) for event in trail if event.action == RECEIVED]
    found = [place for place in seen if place is not None]
    lost = [place for name, place in names.items() if place not in found and accepted[place] not in dead]
    if lost:
        row.lost += len(lost)
        problems.append(f"lost messages {lost} of {len(accepted)}")
    late = sum(after < before for before, after in itertools.pairwise(found))
    if late:
        row.out_of_order += late
        problems.append(f"messages processed out of order: {found}")
    if len(found) != len(set(found)):
        problems.append(f"messages processed twice: {found}")
    return problems


def _order(person: Person, row: Row) -> list[str]:
    """As respostas citam as cidades na ordem em que foram ditas, cada uma num turno só.

    A última pode vir outra vez, na despedida; a mesma resposta, reenviada, conta uma vez.
    """
    order = cities(person)
    late = sum(after < before for before, after in itertools.pairwise(order))
    row.out_of_order += late
    again = sum(after == before for before, after in itertools.pairwise(order[:-1]))
    row.duplicated += again
    return [f"cities of the replies, in order: {order}"] if late or again else []


def _sent(run: Run, key: str, trail: list[StoredEvent], person: Person, row: Row) -> list[str]:
    """Uma resposta por turno; repetida, só a que estava em dúvida e foi contada como reenviada."""
    problems = list[str]()
    times = Counter(reply.reply_id for reply in person.replies)
    resent = {_reply(run, key, event) for event in trail if event.action == "REPLY_RESENT"}
    for earlier, later in _again(person):
        told_s = run.told.at_s.get(later.reply_id, math.inf)
        doubtful = later.reply_id in resent and later.at_s < told_s + RACE_S
        if doubtful and later.at_s - earlier.at_s > run.settings.settle_window - RACE_S:
            row.in_doubt += 1
        else:
            row.duplicated += 1
            problems.append(f"sent twice: {earlier.at_s:.3f} {later.at_s:.3f}, status {told_s:.3f}, {resent}")
    told = {str(event.data["reply"]) for event in trail if "reply" in event.data}
    if not told <= set(times):
        problems.append(f"replies recorded and never sent: {told - set(times)}")
    unsent = len({_reply(run, key, event) for event in trail if event.action in _NO_REPLY} - set(times))
    turns = sum(int(event.data["turns"]) for event in trail if event.action == "SESSION_CLOSED")
    failed = sum(event.action == "TURN_FAILED" for event in trail)
    closed = not failed and any(event.action == "SESSION_CLOSED" for event in trail)
    if closed and turns != len(times) + unsent:
        row.lost += max(0, turns - len(times) - unsent)
        problems.append(f"{turns} turns, {len(times)} replies, {unsent} not sent")
    if last_city(person) not in ([], cities(person)[-1:]) and not failed and not unsent:
        row.lost += 1
        problems.append(f"the last city said was {last_city(person)}, the replies know {cities(person)}")
    return problems


def _again(person: Person) -> list[tuple[SentMessage, SentMessage]]:
    """Pares de aceites seguidos da mesma resposta."""
    by_reply: dict[str, list[SentMessage]] = {}
    for reply in person.replies:
        by_reply.setdefault(reply.reply_id, []).append(reply)
    return [pair for sent in by_reply.values() for pair in itertools.pairwise(sent)]


def _reply(run: Run, key: str, event: StoredEvent) -> str:
    """O id da resposta do turno que registrou `event`, cujo id começa pelo número do turno."""
    partition = partition_of(key, run.settings.stream_partitions)
    return reply_id(partition, key, int(event.event_id.split(".")[0], 16), 0)
