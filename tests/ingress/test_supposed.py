"""Quem é novo entra numa só ida, na conversa que se supôs; se é outra, pergunta-se, e é só ele que a tem."""

import asyncio
from collections.abc import Sequence

import pytest
from redis.asyncio import Redis

from ingress.identities import Identities
from ingress.ports import Names
from pyloto_stream.errors import UnavailableError
from pyloto_stream.whatsapp.identity import Person, user_key
from pyloto_stream.whatsapp.webhook import read
from tests.support import webhooks as meta
from tests.support.doors import ANA, BIA, PHONE, Confirmed, Confirms, Door, entered
from tests.support.ingress import PEPPER
from tests.support.live import live, stored
from tests.support.look import evalsha_calls
from tests.support.turns import turns
from tests.support.webhooks import BSUID
from tests.support.webhooks import PHONE as NUMBER

pytestmark = pytest.mark.usefixtures("closed_doors")


KEY = user_key(PEPPER, "+5541999990000")
"""A conversa de `NUMBER`, com o nono dígito."""


@pytest.mark.one_server
async def test_one_script_for_somebody_new_and_one_for_the_next_message(redis_url: str, redis: Redis) -> None:
    async with live(redis_url) as ingress:
        # antes, alguém novo: o script fica carregado
        somebody = meta.text("wamid.0", **{"from": "5511988887777", "from_user_id": "BR.1"})
        assert await ingress.post(meta.body(somebody, contacts=None)) == 200
        before = await evalsha_calls(redis)
        for number in (1, 2):
            assert await ingress.post(meta.body(meta.text(f"wamid.{number}"))) == 200
            assert await evalsha_calls(redis) == before + number
        assert ingress.counted("message", "new") == 3
    assert sum((await stored(redis_url)).messages.values()) == 3


async def test_who_has_another_conversation_enters_in_it_and_counts_once(
    redis_url: str, redis: Redis
) -> None:
    new_number = "5541977776666"
    change = meta.typed(
        "system", {"type": "user_changed_number", "wa_id": new_number, "user_id": "BR.new"}, id="wamid.SYS"
    )
    async with live(redis_url) as first, live(redis_url) as second:
        assert await first.post(meta.body(meta.text("wamid.A"))) == 200
        assert await first.post(meta.body(change, contacts=None)) == 200
        after = meta.text("wamid.B", **{"from": new_number, "from_user_id": "BR.new"})
        for _ in range(2):
            assert await second.post(meta.body(after, contacts=None)) == 200
        assert (second.counted("message", "new"), second.counted("message", "duplicate")) == (1, 1)
    conversations = {key.rpartition(":")[2] async for key in redis.scan_iter("*:conv:turn:*")}
    assert conversations == {KEY}


async def test_who_was_supposed_wrongly_enters_once_the_table_answers_and_nobody_behind_before() -> None:
    table, known = Confirmed(), Confirms()
    door = Door(known, table)
    for person in (BIA, ANA, ANA):
        door.ask(person)
    await turns()
    assert (entered(known), known.wrong, len(table.asked)) == ([0], 1, 1)
    assert door.heard[0] != []
    assert door.tally.updates == [("message", "new")]
    door.ask(PHONE)
    await turns()
    assert len(table.asked) == 1, "whoever waits supposes nothing"
    table.asked[0].set()
    await door.ended()
    assert entered(known) == [0, 1, 2, 3]
    assert known.wrong == 1
    assert door.tally.updates == [("message", "new")] * 4


async def test_of_a_group_only_who_has_to_be_asked_about_fails_when_the_table_is_away() -> None:
    class Away(Confirmed):
        async def resolve(self, people: Sequence[Names]) -> list[str]:  # noqa: ARG002 — a porta pede o nome
            raise UnavailableError(code="redis_unavailable")

    known = Confirms()
    door = Door(known, Away())
    for person in (BIA, ANA, Person("5511900000003")):
        door.ask(person)
    await door.ended()
    assert door.statuses() == [200, 503, 200]
    assert entered(known) == [0, 2]
    assert door.tally.updates == [("message", "new")] * 2


async def test_who_is_supposed_and_refused_is_supposed_again() -> None:
    table, known = Confirmed(), Confirms()
    door = Door(known, table)
    known.error = UnavailableError(code="backlog_full")
    for _ in range(2):
        door.ask(BIA)
    await door.ended()
    assert door.statuses() == [503] * 2
    known.error = None
    for _ in range(2):
        door.ask(BIA)
    await door.ended()
    assert (entered(known), table.asked) == ([2, 3], [])


@pytest.mark.parametrize("when", range(4))
async def test_who_is_interrupted_after_a_wrong_supposition_holds_nobody_back(when: int) -> None:
    table, known = Confirmed(), Confirms()
    door = Door(known, table)
    task = door.ask(ANA)
    door.ask(BIA)
    await turns(when)
    task.cancel()
    await asyncio.wait([task])
    later = door.ask(ANA)
    await turns()
    for told in table.asked:
        told.set()
    await asyncio.wait_for(later, 5)
    assert entered(known) == ([1, 2] if when else [2])
    assert door.tally.updates == [("message", "new")] * len(entered(known))
    assert [len(heard) for heard in door.heard.values()] == [1, 1, 1]


async def test_only_one_message_of_somebody_new_is_supposed() -> None:
    identities = Identities(PEPPER, Confirmed())
    one, other = meta.text("wamid.A"), meta.text("wamid.B")
    keys = identities.supposed(read(meta.body(one)))
    assert keys is not None
    (place,) = keys.people.values()
    assert (place.key, place.former) == (KEY, "")
    assert place.names[-1] == place.key
    for body in (
        meta.body(one, other),
        meta.body(one, statuses=[meta.status()]),
        meta.body(statuses=[meta.status()]),
        meta.body(meta.typed("system", {"type": "user_changed_number", "wa_id": "5541977776666"})),
        meta.body(one | {"type": "news"}),
    ):
        assert identities.supposed(read(body)) is None


async def test_what_is_confirmed_is_as_old_as_the_supposition() -> None:
    now = [0.0]
    identities = Identities(PEPPER, Confirmed(), lambda: now[0])
    batch = read(meta.body(meta.text("wamid.A", **{"from": NUMBER, "from_user_id": BSUID})))
    keys = identities.supposed(batch)
    assert keys is not None
    now[0] = 59.0
    ((person, place),) = keys.people.items()
    identities.confirmed(person, place)
    assert identities.remembered(batch) is not None
    now[0] = 60.0
    assert identities.remembered(batch) is None
