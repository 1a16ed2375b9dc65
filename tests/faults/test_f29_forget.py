"""F29: alguém é esquecido durante um turno, uma repetição, com mortos na fila, e quem esquece também morre.

O que a pessoa disse antes do corte sai de todo lugar, com quem tinha algo dela em mãos morto, congelado ou a
trabalhar; o que diz depois é respondido e registrado; as outras não perdem nada. A chave dela,
sozinha, pode voltar: o apelido por um status tardio, o ritmo por quem acorda e o pergunta (ADR 0028).
"""

import asyncio
import signal
from collections import Counter
from typing import TYPE_CHECKING

import msgspec
import pytest

from pyloto_stream.conversation.records import opaque
from pyloto_stream.simulator.faults import Fault
from pyloto_stream.simulator.registry import fictional
from pyloto_stream.stores.audit_log import AuditLogStore
from pyloto_stream.stores.conversations import ConversationStore
from pyloto_stream.stores.events import RECEIVED
from pyloto_stream.stores.sqlite import SqliteDocuments
from tests.faults.harness.campaign import Campaign
from tests.faults.harness.checker import Row, check
from tests.faults.harness.forgetters import Forgetter
from tests.faults.harness.load import REPLY_S, talk
from tests.faults.harness.processes import Child
from tests.faults.harness.remains import remains
from tests.faults.harness.run import Run

if TYPE_CHECKING:
    from pyloto_stream.simulator.delivery import Delivery
    from pyloto_stream.simulator.people import Person

TROUBLES = ("", "kill", "freeze")
"""O que acontece a um dos dois trabalhadores à volta do corte."""
OTHERS, LATE_S = 3, 0.6
WAIT_S = {"": 1, "kill": 1, "freeze": 2}
"""Quanto se espera por quem tinha algo em mãos; quem está congelado acorda em `LATE_S`."""
MARK = "Xavantina"
SAID = (
    f"oi, aqui é a {MARK}",
    f"preciso de um sistema para a quitanda {MARK}",
    "veneno raises",
    f"somos 12 pessoas na {MARK}",
    f"quero falar com um atendente da {MARK}",
)
PDF = b"%%PDF-1.7\n" + f"planta da quitanda {MARK}\n".encode() * 300
BACK = "voltei, quero um site, obrigada"


class Victim:
    """Quem vai ser esquecida; não está em `run.people`, que se conferem como se nada fosse."""

    def __init__(self, run: Run) -> None:
        profile = msgspec.structs.replace(
            fictional(77), name=f"Zuleica {MARK}", statuses=("sent", "delivered", "read")
        )
        self.run = run
        self.person: Person = run.meta.person(profile)
        self.key = run.key(self.person)
        self.last: Delivery | None = None

    async def speak(self) -> None:
        """Tudo, com um turno que morre e outro que se repete, cada coisa depois da resposta à anterior."""
        phone = self.person.profile.key
        skip = self.run.rng.randint(0, 3)
        self.run.meta.faults.add(Fault("error", code=131016, times=2, skip=skip, to=phone))
        place = self.run.rng.randrange(1, len(SAID))
        for number, text in enumerate(SAID):
            heard = len(self.person.replies)
            self.last = self.person.say(text)
            if number == place:
                self.last = self.person.document(PDF)
            assert await self.last.accepted()
            await asyncio.wait_for(self._answered(heard), REPLY_S)

    async def _answered(self, heard: int) -> None:
        while len(self.person.replies) == heard:  # noqa: ASYNC110 — quem responde são outros processos
            await asyncio.sleep(0.005)

    @property
    def words(self) -> tuple[str, ...]:
        """Tudo o que hoje a diz, fora a chave: o que escreveu, e os ids do que foi e veio."""
        ids = [bubble.id for bubble in self.person.thread]
        replies = [reply.reply_id for reply in self.person.replies]
        profile = self.person.profile
        names = (MARK, "veneno raises", profile.wa_id, profile.user_id)
        return tuple(filter(None, (*names, *ids, *map(opaque, ids), *replies)))


@pytest.mark.timeout(900)
async def test_i21_somebody_forgotten_at_any_moment_leaves_nothing_and_the_others_notice_nothing(
    faults: Campaign,
) -> None:
    seen = Counter[str]()

    async def trial(run: Run) -> tuple[Row, list[str]]:
        await run.open(MAX_ATTEMPTS="4", OBJECT_FOLDER=str(run.folder / "objects"))
        documents = await SqliteDocuments.open(run.settings.sqlite_path)
        try:
            for post in [run.post(script="poison") for _ in range(2)]:
                await post.child.up()
            victim = Victim(run)
            problems = await forgotten(run, documents, victim, seen)
            problems += await returned(run, documents, victim)
            await run.quiet()
            row, others = await check(run)
            return row, [*problems, *others]
        finally:
            await documents.close()
            await run.close()

    await faults.each("F29", trial, quick=3, full=102)
    assert not faults.full or {"messages", "media_files", "redis_dead", "redis_tokens"} <= seen.keys()
    faults.note("F29: erased " + ", ".join(f"{n:,} {what}" for what, n in sorted(seen.items())))


async def forgotten(run: Run, documents: SqliteDocuments, victim: Victim, seen: Counter[str]) -> list[str]:
    """Uma rodada até ao fim do esquecimento; o que ainda se lê dela."""
    trouble = TROUBLES[run.number % len(TROUBLES)]
    first = Forgetter(run, victim.key, WAIT_S[trouble])
    await first.at_the_door()
    talking = asyncio.create_task(talk(run, OTHERS, photos=True))
    speaking = asyncio.create_task(victim.speak())
    answers = run.rng.randint(0, len(SAID))
    await run.until(lambda: len(victim.person.replies) >= answers or speaking.done(), what="an answer")
    await asyncio.wait([speaking], timeout=run.rng.random() * 0.2)
    speaking.cancel()
    await asyncio.gather(speaking, return_exceptions=True)
    assert victim.last is None or await victim.last.accepted(), "nothing is on its way: all is of before"
    run.meta.faults.clear()
    troubled = run.posts[0].child
    if trouble:
        troubled.signal(signal.SIGKILL if trouble == "kill" else signal.SIGSTOP)
    first.go()
    waking = asyncio.create_task(_wake(run, troubled))
    told = await _to_the_end(run, victim, first, WAIT_S[trouble])
    await waking
    seen.update(told)
    await talking
    await run.quiet()
    left = await remains(run, documents, victim.words)
    problems = [f"left of her: {sorted(left)}"] if left else []
    proof = f"conversations/{victim.key}"
    with_key = await remains(run, documents, (victim.key,))
    known = {proof, f"{proof}/chain/head"}
    loose = (f"{proof}/audit/", ":alias:", ":pace:pair:")
    strange = {place for place in with_key - known if not any(part in place for part in loose)}
    problems += [f"her key is in {sorted(strange)}"] if strange else []
    return problems + await _proven(documents, victim.key)


async def _wake(run: Run, child: Child) -> None:
    await asyncio.sleep(run.rng.random() * LATE_S)
    child.signal(signal.SIGCONT)


async def _to_the_end(run: Run, victim: Victim, first: Forgetter, wait_s: int) -> Counter[str]:
    """Espera por `first`; em metade das rodadas morre, e pede-se outra vez até ao fim."""
    told = Counter[str]()
    dies, forgetter = run.number % 2, first
    for again in range(5):
        if dies:
            await asyncio.sleep(run.rng.random() * 0.25)
            forgetter.child.kill()
        code = await forgetter.over()
        if code == 0:
            told.update(forgetter.report.erased)
            if forgetter is not first or not dies:
                return told
        forgetter, dies = Forgetter(run, victim.key, wait_s), dies and again < 2 and run.rng.random() < 0.3
        await forgetter.at_the_door()
        forgetter.go()
    raise AssertionError("never forgotten")


async def _proven(documents: SqliteDocuments, key: str) -> list[str]:
    log = AuditLogStore(documents)
    trail, verdict = [event.action async for event in log.events(key)], await log.verify(key)
    wrong = [] if verdict.intact else [f"her chain: {verdict}"]
    return wrong if trail[:1] == ["PERSON_FORGOTTEN"] else [*wrong, f"her chain begins: {trail[:3]}"]


async def returned(run: Run, documents: SqliteDocuments, victim: Victim) -> list[str]:
    """Ela volta: é respondida, e só isso se regista."""
    heard = len(victim.person.replies)
    assert await victim.person.say(BACK).accepted()
    await victim.person.reply(heard, REPLY_S)
    await run.quiet()
    stored = (await ConversationStore(documents).messages(victim.key)).messages
    problems = await _proven(documents, victim.key)
    texts = [message.text for message in stored if message.direction == "in"]
    if texts != [BACK] or not [message for message in stored if message.direction == "out"]:
        problems.append(f"after she came back: {len(stored)} messages, {texts == [BACK]}")
    trail = [event async for event in AuditLogStore(documents).events(victim.key)]
    said = [bubble.id for bubble in victim.person.thread if bubble.mine][-1]
    if [event.data["message"] for event in trail if event.action == RECEIVED] != [opaque(said)]:
        problems.append("what she says is not in her chain, or more than it is")
    return problems
