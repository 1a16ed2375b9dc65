"""O caminho de um texto só dá, byte a byte, o que o geral daria; e com qualquer outra coisa não dá nada."""

import json
import random
import sys
from collections.abc import Callable

import pytest

from ingress.answering import Asked
from ingress.app import create_public_app
from ingress.intake import kinds_of, offers_of
from ingress.opened import Proven, Ready
from ingress.people import Keys, Place
from ingress.plain import ready_of
from ingress.runner import EXPRESS
from pyloto_stream.streams.model import Item
from pyloto_stream.whatsapp.identity import Person
from pyloto_stream.whatsapp.webhook import decoded, read
from tests.support import webhooks as meta
from tests.support.doors import OPEN, Confirmed
from tests.support.ingress import CONFIG, NOW_MS, PEPPER, Recorder, Tally
from tests.support.kinds import KINDS
from tests.support.mutations import Mutator, names_in
from tests.support.webhooks import Json, Object

MUTATED = 20_000
SEED = random.SystemRandom().randrange(10**9)
CONTACT: Object = {"profile": {"name": "Ana"}, "wa_id": "5511900000001", "user_id": "BR.1"}
NAMES = ("a" * 43, "b" * 43)


def known(person: Person) -> Place | None:
    """Todos moram onde o id mais fraco diz."""
    return Place(person.identities()[-1]) if person.address else None


def supposed(person: Person) -> Place | None:
    """De todos se supõe o mesmo."""
    return Place(NAMES[-1], names=NAMES, since=5.0) if person.address else None


def ready(body: bytes, place_of: Callable[[Person], Place | None] = known) -> Ready | None:
    webhook = decoded(body)
    return None if webhook is None else ready_of(webhook, place_of, NOW_MS, Proven(body, "c1"))


def same_as_always(body: bytes, place_of: Callable[[Person], Place | None] = known) -> bool:
    """O que este caminho dá, se dá, é o que o geral daria. Deu?"""
    one = ready(body, place_of)
    if one is None:
        return False
    batch = read(body)
    (message,) = batch.messages
    place = place_of(message.person)
    assert place is not None
    assert offers_of(batch, Keys(PEPPER, {message.person: place}), NOW_MS, "c1") == [one.item]
    assert kinds_of(batch) == ["message"]
    assert message.moved_to is None
    assert (one.person, one.place, one.number) == (message.person, place, message.phone_number_id)
    assert (one.size, one.supposed, one.turn) == (batch.size, bool(place.names), None)
    return True


def plain(changes: Object | None = None, contact: Object | None = CONTACT) -> bytes:
    contacts: list[Json] = [] if contact is None else [contact]
    return meta.body(meta.text("wamid.A", **{"from": "5511900000001"}) | (changes or {}), contacts=contacts)


def built(
    field: str = "messages",
    entries: int = 1,
    changes: int = 1,
    of: str = "whatsapp_business_account",
    **value: Json,
) -> bytes:
    """Um texto, com tudo o mais em volta como se pede."""
    change = meta.change(meta.value(meta.text("wamid.A"), **value), field)
    entry = meta.entry(*[change] * changes)
    return meta.dump(meta.webhook(*[entry] * entries, object=of))


@pytest.mark.parametrize("place_of", [known, supposed])
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"from_user_id": "BR.1"},
        {"from": None, "from_user_id": "BR.1"},
        {"from": 5511900000001},
        {"timestamp": None},
        {"timestamp": NOW_MS // 1000 + 60},
        {"timestamp": NOW_MS // 1000 - 60},
        {"text": {"body": ""}},
        {"text": {"body": 'Olá 😀 \\ " \n'}},
        {"context": None, "referral": None, "group_id": ""},
        {"image": {"id": "m1"}},
        {"something": [1, {"new": True}]},
    ],
    ids=str,
)
def test_a_text_is_offered_as_always(changes: Object, place_of: Callable[[Person], Place | None]) -> None:
    assert same_as_always(plain(changes), place_of)
    assert same_as_always(plain(changes, {"wa_id": "5511900000001"}), place_of)


@pytest.mark.parametrize(
    "body",
    [
        plain(contact=None),
        plain({"id": ""}),
        plain({"id": "x" * 600}),
        plain({"type": "image"}),
        plain({"text": None}),
        plain({"text": {}}),
        plain({"timestamp": "soon"}),
        plain({"group_id": "g1"}),
        plain({"context": {"id": "wamid.0"}}),
        plain({"referral": {"source_type": "ad", "source_id": "1"}}),
        plain({"system": {"type": "user_changed_number", "wa_id": "5511900000002"}}),
        meta.body(meta.text("wamid.A"), meta.text("wamid.B")),
        meta.body(meta.text("wamid.A"), statuses=[meta.status()]),
        meta.body(statuses=[meta.status()]),
        built(entries=2),
        built(entries=0),
        built(changes=2),
        built(changes=0),
        built("message_echoes"),
        built(of="page"),
        built(errors=[{"code": 1}]),
        built(errors=None),
        built(metadata=None),
        built(contacts=[CONTACT, CONTACT]),
        built(contacts=[{"wa_id": "5511900000009"}, CONTACT]),
        b"{}",
        b"[",
    ],
)
def test_anything_else_is_of_the_general_path(body: bytes) -> None:
    assert ready(body) is None


def test_what_is_built_for_that_is_otherwise_a_text() -> None:
    assert same_as_always(built())


def test_who_is_not_known_is_of_the_general_path() -> None:
    assert ready(plain(), lambda _person: None) is None


@pytest.mark.timeout(120)
def test_no_mutated_webhook_is_offered_otherwise() -> None:
    sys.stdout.write(f"seed {SEED}\n")
    usual = [json.loads(plain()), json.loads(plain({"from_user_id": "BR.1"}))]
    documents = [*usual * 20, *KINDS.values()]
    mutator, draw = Mutator(SEED, names_in(documents)), random.Random(SEED)
    bodies = [meta.dump(document) for document in documents]
    places = (known, supposed)
    given = sum(
        same_as_always(mutator.mutated(draw.choice(bodies)), draw.choice(places)) for _ in range(MUTATED)
    )
    assert given > MUTATED // 20, "most of them are not even texts: the comparison says nothing"


@pytest.mark.usefixtures("closed_doors")
async def test_somebody_new_is_remembered_and_what_comes_again_is_not_counted_twice() -> None:
    recorder, tally, arrived, heard = Recorder(), Tally(), list[tuple[str, int]](), list[bytes | None]()
    app = create_public_app(
        CONFIG, recorder, tally, clock=lambda: NOW_MS, aliases=Confirmed(),
        arrived=lambda number, n: arrived.append((number, n)),
    )  # fmt: skip
    OPEN.append(app)
    bodies = [plain({"id": f"wamid.{name}"}) for name in "ABA"]
    for body in bodies:
        await app[EXPRESS].enter(Asked(Proven(body, "c1"), 0.0), heard.append)
    assert [(answer or b"")[9:12] for answer in heard] == [b"200"] * 3
    offered = [offer for offer in recorder.offers if isinstance(offer, Item)]
    assert [len(offer.names) for offer in offered] == [2, 0]
    assert tally.updates == [("message", "new"), ("message", "new"), ("message", "duplicate")]
    assert arrived == [(meta.NUMBER, 1)] * 2
