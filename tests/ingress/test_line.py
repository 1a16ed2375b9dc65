"""O que chega com um mesmo id entra na ordem em que chegou, precise de quantas idas precisar."""

import asyncio
import random
from collections.abc import Sequence

import pytest

from ingress.identities import NoAliases
from ingress.ports import Names, Offer
from pyloto_stream.errors import TransientError, UnavailableError
from pyloto_stream.streams.model import Item
from pyloto_stream.whatsapp.identity import Person
from tests.support.doors import ANA, BIA, PHONE, Confirms, Door, Slow, Table, entered
from tests.support.turns import turns

pytestmark = pytest.mark.usefixtures("closed_doors")


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
    assert door.statuses() == [503] * 4
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
    assert door.statuses() == [503] * 4
    table.away = False
    for person in (ANA, PHONE):
        door.ask(person)
    await door.ended()
    assert entered(slow) == [4, 5]


async def walk(door: Door, dice: random.Random, crowd: int) -> list[Person]:
    """Quem escreveu, mensagem a mensagem: de `crowd` pessoas, cada uma com um dos seus ids ou com ambos."""
    asked: list[Person] = []
    for turn in range(60):
        for _ in range(dice.choice((1, 1, 1, 1, 1, 20)) if turn else 20):
            number = dice.randrange(crowd)
            phone, user_id = dice.choice(((1, 1), (1, 0), (0, 1)))
            asked.append(Person(f"55119000000{number:02}" * phone, f"BR.{number}" * user_id))
            door.ask(asked[-1])
        await turns(dice.choice((0, 0, 1, 3)) if turn else 1)
    await door.ended()
    return asked


@pytest.mark.parametrize("confirms", [False, True])
@pytest.mark.parametrize("seed", range(30))
async def test_i5_in_any_walk_what_shows_an_id_enters_in_the_order_in_which_it_came(
    seed: int,
    confirms: bool,  # noqa: FBT001 — tabela
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dice = random.Random(seed)
    crowd = 12 if seed % 2 else 4
    if seed % 2:  # ninguém é lembrado: todos são novos a cada mensagem
        monkeypatch.setattr("ingress.identities.MEMORY_S", 0.0)

    class Late(NoAliases):
        async def resolve(self, people: Sequence[Names]) -> list[str]:
            await turns(dice.randrange(12))
            return [names[0] for names in people]

    class Trips(Confirms):
        async def accept_each(self, groups: Sequence[Sequence[Offer]]) -> list[list[bool] | TransientError]:
            if any(isinstance(offer, Item) and offer.former for group in groups for offer in group):
                await turns(dice.randrange(12))
            if len(groups) > 1 and dice.random() < 0.1:  # um defeito do grupo inteiro: cada um entra sozinho
                raise ZeroDivisionError
            told = await super().accept_each(groups)
            await turns(dice.randrange(12))
            return told

    acceptance, late = Trips(), Late()
    late.confirms = confirms
    asked = await walk(Door(acceptance, late), dice, crowd)
    order = entered(acceptance)
    assert sorted(order) == [*range(len(asked))]
    assert acceptance.wrong or not (confirms and seed % 2)
    for identity in {each for person in asked for each in person.identities()}:
        mine = [number for number in order if identity in asked[number].identities()]
        assert mine == sorted(mine), identity
