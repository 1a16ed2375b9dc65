"""De quem é cada parte: a tabela de apelidos de verdade, e o que este processo lembra dela."""

from collections.abc import AsyncIterator, Sequence

import pytest
import pytest_asyncio

from consumers.pipeline import STAGES
from ingress.identities import MEMORY_S, Identities
from ingress.ports import Names
from pyloto_stream.errors import UnavailableError
from pyloto_stream.streams.aliases import AliasTable
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.whatsapp.identity import user_key
from pyloto_stream.whatsapp.webhook import read
from tests.support import webhooks as meta
from tests.support.ingress import PEPPER
from tests.support.live import PARTITIONS, live
from tests.support.webhooks import BSUID, PHONE, Object

KEY = user_key(PEPPER, "+5541999990000")
NEW_PHONE, NEW_ID = "5541977776666", "BR.new"


class Table:
    """A tabela de verdade, contando as perguntas; quem guarda nada confirma por ela."""

    confirms = False

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self._table = AliasTable(gateway)
        self.asked = 0

    async def resolve(self, people: Sequence[Names]) -> list[str]:
        self.asked += len(people)
        return await self._table.resolve(people)

    async def move(self, old: Names, new: Names, *, left: str | None = None) -> str:
        return await self._table.move(old, new, left=left)


class Watch:
    """Um relógio que só anda quando mandado."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest_asyncio.fixture
async def table(redis_url: str) -> AsyncIterator[Table]:
    gateway = Gateway(redis_url, partitions=PARTITIONS)
    await gateway.open(STAGES)
    yield Table(gateway)
    await gateway.close()


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def identities(table: Table, watch: Watch) -> Identities:
    return Identities(PEPPER, table, watch)


async def key_of(identities: Identities, phone: str = "", user_id: str = "") -> str:
    message = meta.text() | {"from": phone, "from_user_id": user_id}
    batch = read(meta.body(message, contacts=None))
    return (await identities.keys_of(batch)).of(batch.messages[0].person)


def moved(**system: str) -> Object:
    return meta.typed("system", {"type": "user_changed_number", **system}, id="wamid.SYS")


async def test_ids_seen_together_are_one_person(identities: Identities) -> None:
    assert await key_of(identities, PHONE, BSUID) == KEY
    assert await key_of(identities, user_id=BSUID) == KEY
    assert await key_of(identities, PHONE) == KEY


async def test_known_people_are_not_asked_about_again_for_a_while(
    identities: Identities, table: Table, watch: Watch
) -> None:
    for _ in range(3):
        await key_of(identities, PHONE, BSUID)
    assert table.asked == 1
    watch.now = MEMORY_S
    await key_of(identities, PHONE, BSUID)
    assert table.asked == 2


async def test_a_pair_is_asked_about_though_each_half_is_known(identities: Identities, table: Table) -> None:
    first, second = await key_of(identities, PHONE), await key_of(identities, user_id=BSUID)
    assert (first == second, table.asked) == (False, 2)
    together = await key_of(identities, PHONE, BSUID)
    assert (await key_of(identities, PHONE), await key_of(identities, user_id=BSUID)) == (together, together)
    assert table.asked == 3


async def test_who_comes_by_a_number_that_was_left_is_not_taken_for_who_left_it(
    identities: Identities,
) -> None:
    assert await key_of(identities, PHONE) == KEY
    await identities.keys_of(read(meta.body(moved(wa_id=NEW_PHONE), contacts=None)))
    assert await key_of(identities, PHONE) != KEY


async def test_memory_is_bounded_and_forgets_the_oldest(
    identities: Identities, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingress.identities.MEMORY_SIZE", 3)
    for number in (1, 2, 3, 4, 2, 3, 4, 1):
        await key_of(identities, f"554199999000{number}")
    assert table.asked == 5


async def test_who_is_asked_about_again_is_no_longer_the_oldest(
    identities: Identities, table: Table, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingress.identities.MEMORY_SIZE", 2)
    for number in (1, 2):
        await key_of(identities, f"554199999000{number}")
    watch.now = MEMORY_S
    for number in (1, 3, 1):
        await key_of(identities, f"554199999000{number}")
    assert table.asked == 4


async def test_what_is_remembered_is_as_old_as_the_question(table: Table, watch: Watch) -> None:
    class Slow(Table):
        async def resolve(self, people: Sequence[Names]) -> list[str]:
            found = await table.resolve(people)
            watch.now += 1
            return found

    identities = Identities(PEPPER, Slow(table.gateway), watch)
    await key_of(identities, PHONE)
    watch.now = MEMORY_S
    await key_of(identities, PHONE)
    assert table.asked == 2


async def test_one_body_asks_once_for_each_person(identities: Identities, table: Table) -> None:
    batch = read(
        meta.body(meta.text("wamid.A"), meta.text("wamid.B"), statuses=[meta.status()], contacts=None)
    )
    await identities.keys_of(batch)
    assert table.asked == 1


async def test_number_change_keeps_the_conversation_and_frees_the_old_number(identities: Identities) -> None:
    await key_of(identities, PHONE, BSUID)
    change = moved(wa_id=NEW_PHONE, user_id=NEW_ID, previous_user_id=BSUID)
    batch = read(meta.body(change, contacts=None))
    (message,) = batch.messages
    assert (message.moved_to is not None, message.reply_to) == (True, NEW_PHONE)
    for _ in range(2):
        assert (await identities.keys_of(batch)).of(message.person) == KEY
    assert await key_of(identities, NEW_PHONE, NEW_ID) == KEY
    assert await key_of(identities, PHONE, "BR.other") != KEY


async def test_what_came_with_a_number_change_follows_it(identities: Identities) -> None:
    after = meta.text("wamid.B") | {"from": NEW_PHONE}
    batch = read(meta.body(after, moved(wa_id=NEW_PHONE), contacts=None))
    keys = await identities.keys_of(batch)
    assert [keys.of(message.person) for message in batch.messages] == [KEY, KEY]


async def test_silent_table_refuses_the_webhook_and_nothing_enters(redis_url: str) -> None:
    class Down(Table):
        async def resolve(self, people: Sequence[Names]) -> list[str]:  # noqa: ARG002 — a porta pede o nome
            raise UnavailableError("down", code="redis_unavailable")

    async with live(redis_url, aliases=Down) as ingress:
        assert await ingress.post(meta.body(meta.text())) == 503
        assert ingress.counted("message", "new") == 0


async def test_what_the_number_that_is_left_said_in_the_same_webhook_is_of_who_leaves_it(
    identities: Identities, table: Table
) -> None:
    before, change = meta.text("wamid.B"), moved(wa_id=NEW_PHONE, user_id=NEW_ID, previous_user_id=BSUID)
    batch = read(meta.body(before, change, contacts=None))
    for process in (identities, identities, Identities(PEPPER, table)):
        keys = await process.keys_of(batch)
        assert [keys.of(message.person) for message in batch.messages] == [KEY, KEY]
