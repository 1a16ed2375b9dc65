"""F26: mortos devolvidos duas vezes, por vários ao mesmo tempo, por quem morre no meio, emendados."""

import asyncio
from collections import Counter
from contextlib import aclosing

import msgspec
import pytest

from pyloto_stream.errors import UnavailableError
from pyloto_stream.streams.dead import Edit, Search
from pyloto_stream.streams.dead_actions import Note, amend, replay
from pyloto_stream.streams.dead_scan import scan
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.model import Outcome, Plan, Turn
from pyloto_stream.streams.scripts import Script
from tests.faults.harness.campaign import Campaign
from tests.faults.harness.checker import Row
from tests.faults.harness.crew import Crew, insist, opened_door
from tests.faults.harness.run import Run
from tests.faults.harness.servers import cleared
from tests.faults.harness.small import Done, World, decode_done, encode
from tests.faults.harness.wire import Wire
from tests.support import look
from tests.support.servers import open_raw
from tests.support.streams import LANES, STAGES

OPERATORS = 3
EDIT = Edit("ana", "typo", 1)


class Curable(Crew):
    """Deixa de achar veneno quando `cured`; guarda no estado os registros que leu."""

    cured = False

    def one(self, turn: Turn) -> Outcome:
        """O veneno de uma mensagem emendada já não mata, nem o de nenhuma depois da cura."""
        if self.cured:
            return Plan(to="two", payload=turn.events.replace(b'"edited ', b'"'))
        return super().one(turn)

    def log(self, turn: Turn) -> Outcome:
        """Só os registros de operadores são textos; os outros são listas."""
        done = decode_done(turn.state) if turn.state else Done()
        notes = [event for event in msgspec.json.decode(turn.events) if isinstance(event, str)]
        return Plan(state=encode(Done(done.texts + notes)))


class Operator:
    """Devolve ou emenda, um a um, todos os mortos que vê; insiste, e às vezes morre no meio."""

    def __init__(self, run: Run, url: str, partitions: int, done: Counter[str]) -> None:
        self._rng = run.rng
        self._gateway = Gateway(url, partitions=partitions)
        self._done = done

    async def work(self) -> None:
        async with aclosing(scan(self._gateway, Search(), STAGES)) as letters:
            async for letter in letters:
                assert letter.events is not None
                if self._rng.random() < 0.4:
                    edited = [event.replace(b'"', b'"edited ', 1) for event in letter.events
                              if not event.startswith(b'"edited')]  # fmt: skip
                    if len(edited) == len(letter.events):
                        note = Note(LANES["audit"], letter.conversation, encode(f"edit {letter.id}"))
                        self._done["amended"] += (
                            await amend(self._gateway, letter, edited, EDIT, note) is not None
                        )
                    continue
                note = Note(LANES["audit"], letter.conversation, encode(f"replay {letter.id}"))
                self._done["replayed"] += await replay(self._gateway, letter, letter.events, LANES, note)

    async def close(self) -> None:
        await self._gateway.close()


@pytest.mark.timeout(600)
async def test_i5_i8_dead_letters_replayed_by_anybody_any_number_of_times_come_back_once(
    faults: Campaign,
) -> None:
    done = Counter[str]()

    async def trial(run: Run) -> tuple[Row, list[str]]:
        world = World(await cleared(run), people=4)
        async with Wire(run.redis_url) as wire, opened_door(world, run.redis_url) as door:
            crew = Curable(world, run.redis_url)
            await crew.start()
            await world.talk(door, run.rng, 6, tricks=0.6, gap_s=0.003)
            await world.quiet()
            row, problems = await world.check()
            buried, crew.cured = row.dead, True
            talking = asyncio.create_task(world.talk(door, run.rng, 4, gap_s=0.005))
            wire.cut_reply(run.rng.choice((Script.REPLAY, Script.AMEND, Script.DEAD_PAGE)).sha, 3)
            await asyncio.gather(*(operated(run, wire, world, done) for _ in range(OPERATORS)))
            await talking
            await world.quiet()
            row, after = await world.check()
            await crew.stop()
        if row.dead:
            problems.append(f"{row.dead} still dead")
        row.dead = buried
        return row, [*problems, *after, *await noted(run, buried)]

    await faults.each("F26", trial, quick=5, full=200)
    faults.note(f"F26: {done['replayed']:,} letters replayed and {done['amended']:,} amended, as told")


async def operated(run: Run, wire: Wire, world: World, done: Counter[str]) -> None:
    """Um operador que pode morrer a meio de qualquer ação; então outro começa de novo, até nada restar."""
    while True:
        operator = Operator(run, wire.url, world.partitions, done)
        task = asyncio.create_task(insist(operator.work))
        if run.rng.random() < 0.5:
            await asyncio.wait([task], timeout=run.rng.random() * 0.01)
            task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        try:
            async with aclosing(scan(operator._gateway, Search(), STAGES)) as letters:
                if not [letter async for letter in letters]:
                    return
        except UnavailableError:
            continue
        finally:
            await operator.close()


async def noted(run: Run, buried: int) -> list[str]:
    """Um registro por morto devolvido, nenhum repetido."""
    notes: list[str] = []
    async with open_raw(run.redis_url, decode_responses=True) as redis:
        for key in await look.found(redis, "*:conv:audit:*"):
            notes += decode_done(await look.state(redis, key)).texts
    replayed = [note for note in notes if note.startswith("replay")]
    wrong = [] if len(replayed) == buried else [f"{buried} buried, {len(replayed)} replays recorded"]
    return wrong if len({*notes}) == len(notes) else [*wrong, f"recorded twice: {notes}"]
