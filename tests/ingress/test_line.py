"""O que chega com um mesmo id entra na ordem em que chegou, precise de quantas idas precisar."""

import asyncio
import random
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence

import pytest
import pytest_asyncio
from aiohttp import web

from ingress import gathering
from ingress.answering import Asked
from ingress.app import create_public_app
from ingress.gathering import Gathering
from ingress.identities import NoAliases
from ingress.outcome import Proven
from ingress.ports import Names, Offer
from ingress.runner import EXPRESS
from pyloto_stream.errors import TransientError, UnavailableError
from pyloto_stream.streams.model import Item
from pyloto_stream.whatsapp.identity import Person
from tests.support import webhooks as meta
from tests.support.ingress import CONFIG, NOW_MS, Recorder, Tally
from tests.support.turns import turns

ANA, PHONE = Person("5511900000001", "BR.1"), Person("5511900000001")
"""Ana com os seus dois ids, e só com um."""
BIA = Person("5511900000002")


_open: list[web.Application] = []


@pytest_asyncio.fixture(autouse=True)
async def _closed() -> AsyncIterator[None]:
    """Fecha as aplicações do teste: a linha de resumo de uma não pode sair no meio de outro."""
    yield
    for app in _open:
        app.freeze()
        await app.cleanup()
    _open.clear()


class Door:
    """Uma porta sobre um executor e uma tabela quaisquer; `heard`: a resposta a cada pedido, por lugar."""

    def __init__(self, acceptance: Recorder, aliases: NoAliases) -> None:
        self.tally = Tally()
        self.app = create_public_app(CONFIG, acceptance, self.tally, clock=lambda: NOW_MS, aliases=aliases)
        _open.append(self.app)
        self.heard: dict[int, list[bytes | None]] = defaultdict(list)
        self.tasks: list[asyncio.Task[None]] = []

    def ask(self, person: Person) -> "asyncio.Task[None]":
        """Uma mensagem de `person`, a de número seguinte (`wamid.<n>`)."""
        number, ids = len(self.tasks), {"from": person.phone, "from_user_id": person.user_id}
        text = meta.text(f"wamid.{number}", **{name: value for name, value in ids.items() if value})
        if not person.phone:
            del text["from"]
        asked = Asked(Proven(meta.body(text, contacts=[]), f"c{number}"), 0.0)
        task = self.app[EXPRESS].enter(asked, self.heard[number].append)
        self.tasks.append(task)
        return task

    async def ended(self) -> None:
        await asyncio.wait_for(asyncio.gather(*self.tasks, return_exceptions=True), 5)
        assert all(len(self.heard[number]) == 1 for number in range(len(self.tasks)))


def entered(acceptance: Recorder) -> list[int]:
    return [int(offer.dedupe_key.rpartition(".")[2]) for offer in acceptance.offers]


class Table(NoAliases):
    """Uma tabela que só responde quando se quer; quem mostra dois ids é de quem tem o mais forte."""

    def __init__(self) -> None:
        self.asked: list[asyncio.Event] = []

    async def resolve(self, people: Sequence[Names]) -> list[str]:
        told = asyncio.Event()
        self.asked.append(told)
        await told.wait()
        return [names[0] for names in people]


class Slow(Recorder):
    """Um executor que precisa de uma ida antes se algo tem nome anterior; as idas acabam com `going`."""

    def __init__(self) -> None:
        super().__init__()
        self.sizes: list[int] = []
        self.going = asyncio.Event()

    async def accept_each(self, groups: Sequence[Sequence[Offer]]) -> list[list[bool] | TransientError]:
        self.sizes.append(len(groups))
        if any(isinstance(offer, Item) and offer.former for group in groups for offer in group):
            await self.going.wait()
        told = await super().accept_each(groups)
        await self.going.wait()
        return told


async def test_who_is_new_and_writes_again_enters_in_order_however_late_the_table_answers() -> None:
    table, slow = Table(), Slow()
    door = Door(slow, table)
    door.ask(PHONE)
    await turns()
    door.ask(PHONE)
    await turns()
    table.asked[0].set()
    await turns()
    door.ask(PHONE)  # já se sabe quem é, e a segunda ainda não entrou
    await turns()
    assert entered(slow) == [0]
    slow.going.set()
    await door.ended()
    assert entered(slow) == [0, 1, 2]
    assert len(table.asked) == 1


async def test_whoever_shares_an_id_with_who_is_asked_about_waits_and_others_do_not() -> None:
    table, slow = Table(), Slow()
    slow.going.set()
    door = Door(slow, table)
    for person in (PHONE, BIA):
        door.ask(person)
    await turns()
    table.asked[0].set()
    await door.ended()
    for person in (ANA, PHONE, BIA):
        door.ask(person)
    await turns()
    assert len(table.asked) == 2, "Ana shows a second id"
    assert entered(slow) == [0, 1, 4]
    table.asked[1].set()
    await door.ended()
    assert entered(slow) == [0, 1, 4, 2, 3]


async def test_nobody_waits_for_who_has_no_id_in_common_not_even_in_the_same_group() -> None:
    table, slow = Table(), Slow()
    slow.going.set()
    door = Door(slow, table)
    door.ask(PHONE)
    await turns()
    for person in (PHONE, BIA, PHONE):
        door.ask(person)
    await turns()
    door.ask(BIA)
    assert len(table.asked) == 2, "of Bia, who is as new"
    table.asked[1].set()
    await turns()
    assert entered(slow) == [2, 4]
    table.asked[0].set()
    await door.ended()
    assert entered(slow) == [2, 4, 0, 1, 3]
    assert len(table.asked) == 2


async def test_who_waits_behind_a_refusal_is_refused_too_and_asks_nothing(
    lines: list[dict[str, object]],
) -> None:
    class Away(Table):
        async def resolve(self, people: Sequence[Names]) -> list[str]:
            await super().resolve(people)
            raise UnavailableError(code="redis_unavailable")

    table, slow = Away(), Slow()
    door = Door(slow, table)
    for _ in range(2):
        door.ask(PHONE)
        await turns()
    for _ in range(2):
        door.ask(PHONE)
    await turns()
    table.asked[0].set()
    await door.ended()
    assert [(heard[0] or b"")[9:12] for heard in door.heard.values()] == [b"503"] * 4
    assert len(table.asked) == 1
    told = [(line["correlation_id"], line["code"]) for line in lines if line["event"] == "webhook not taken"]
    behind = [(f"c{number}", "behind_refused") for number in (1, 2, 3)]
    assert told == [("c0", "redis_unavailable"), *behind], "each line is of its own request"


async def test_who_is_interrupted_while_waiting_lets_nobody_past_who_is_ahead() -> None:
    table, slow = Table(), Slow()
    slow.going.set()
    door = Door(slow, table)
    tasks = []
    for _ in range(3):
        tasks.append(door.ask(PHONE))
        await turns()
    tasks[1].cancel()
    await turns()
    tasks.append(door.ask(PHONE))
    await turns()
    assert len(table.asked) == 1
    table.asked[0].set()
    await door.ended()
    assert entered(slow) == [0], "what came behind is refused, and comes again behind it"


async def test_a_former_name_of_somebody_holds_back_nobody_else() -> None:
    table, slow = Table(), Slow()
    slow.going.set()
    door = Door(slow, table)
    for person in (ANA, PHONE):  # o telefone dela passa a ser um nome anterior
        door.ask(person)
        await turns()
        for told in table.asked:
            told.set()
        await turns()
    door.ask(BIA)
    await turns()
    table.asked[-1].set()
    await door.ended()
    slow.going.clear()
    slow.sizes.clear()
    for person in (PHONE, BIA):
        door.ask(person)
    await turns()
    assert entered(slow)[-1] == 4
    slow.going.set()
    await door.ended()
    assert slow.sizes == [1, 1]
    assert entered(slow) == [0, 1, 2, 4, 3]


@pytest.mark.parametrize("when", range(4))
async def test_who_is_interrupted_holds_nobody_back(when: int) -> None:
    table, slow = Table(), Slow()
    slow.going.set()
    door = Door(slow, table)
    task = door.ask(ANA)
    await turns(1 + when)
    task.cancel()
    await asyncio.wait([task])
    later = door.ask(ANA)
    await turns()
    table.asked[-1].set()
    await asyncio.wait_for(later, 5)
    assert entered(slow) == [1]


@pytest.mark.parametrize("when", range(4))
async def test_who_is_interrupted_beside_somebody_known_hears_it_and_holds_nobody_back(when: int) -> None:
    table, slow = Table(), Slow()
    slow.going.set()
    door = Door(slow, table)
    door.ask(BIA)
    await turns()
    table.asked[0].set()
    await door.ended()
    slow.going.clear()
    task = door.ask(BIA)
    assert door.ask(PHONE) is task
    await turns(1 + when)
    task.cancel()
    await asyncio.wait([task])
    assert [door.heard[number] for number in (1, 2)] == [[None], [None]]
    slow.going.set()
    later = door.ask(PHONE)
    await turns()
    table.asked[-1].set()
    await asyncio.wait_for(later, 5)
    assert entered(slow)[-1] == 3


async def test_while_the_table_is_away_all_of_a_person_are_refused_and_then_taken_in_order() -> None:
    class Away(Table):
        away = True

        async def resolve(self, people: Sequence[Names]) -> list[str]:
            if self.away:
                raise UnavailableError(code="redis_unavailable")
            return [names[0] for names in people]

    table, slow = Away(), Slow()
    slow.going.set()
    door = Door(slow, table)
    for person in (ANA, BIA, ANA, PHONE):
        door.ask(person)
    await door.ended()
    assert [(heard[0] or b"")[9:12] for heard in door.heard.values()] == [b"503"] * 4
    table.away = False
    for person in (ANA, PHONE):
        door.ask(person)
    await door.ended()
    assert entered(slow) == [4, 5]


@pytest.mark.parametrize("seed", range(30))
async def test_i5_in_any_walk_what_shows_an_id_enters_in_the_order_in_which_it_came(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    dice, halves = random.Random(seed), list[object]()
    monkeypatch.setattr(gathering, "SOON_EACH_S", float("inf"))
    form = Gathering._form

    def formed(one: Gathering[object], group: list[object], *, held: bool) -> "asyncio.Task[None]":
        halves.extend(group)
        return form(one, group, held=held)

    monkeypatch.setattr(Gathering, "_form", formed)

    class Late(NoAliases):
        async def resolve(self, people: Sequence[Names]) -> list[str]:
            await turns(dice.randrange(12))
            return [names[0] for names in people]

    class Trips(Slow):
        async def accept_each(self, groups: Sequence[Sequence[Offer]]) -> list[list[bool] | TransientError]:
            if any(isinstance(offer, Item) and offer.former for group in groups for offer in group):
                await turns(dice.randrange(12))
            self.going.set()
            told = await super().accept_each(groups)
            await turns(dice.randrange(12))
            return told

    acceptance = Trips()
    door, asked = Door(acceptance, Late()), list[Person]()
    for turn in range(60):
        for _ in range(dice.choice((1, 1, 1, 1, 1, 20)) if turn else 20):
            number = dice.randrange(4)
            phone, user_id = dice.choice(((1, 1), (1, 0), (0, 1)))
            asked.append(Person(f"551190000000{number}" * phone, f"BR.{number}" * user_id))
            door.ask(asked[-1])
        await turns(dice.choice((0, 0, 1, 3)) if turn else 1)
    await door.ended()
    order = entered(acceptance)
    assert sorted(order) == [*range(len(asked))]
    assert halves
    for identity in {each for person in asked for each in person.identities()}:
        mine = [number for number in order if identity in asked[number].identities()]
        assert mine == sorted(mine), identity
