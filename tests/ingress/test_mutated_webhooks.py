"""Cem mil webhooks estragados: nada levanta, e o vizinho inteiro sempre entra."""

import json
import random
import sys

import pytest

from ingress.intake import offers_of
from ingress.people import Keys, Place
from pyloto_stream.streams.model import Item
from pyloto_stream.whatsapp.identity import Person
from pyloto_stream.whatsapp.webhook import Batch, read
from tests.support import webhooks as meta
from tests.support.ingress import NOW_MS, PEPPER
from tests.support.kinds import KINDS
from tests.support.mutations import Mutator, names_in
from tests.support.webhooks import Object

WEBHOOKS = 100_000
TOGETHER = 10
"""Quantos estragados dividem um corpo, entre dois vizinhos inteiros."""
FIRST, LAST = "wamid.FIRST", "wamid.LAST"
SEED = random.SystemRandom().randrange(10**9)


class Anyone(dict[Person, Place]):
    """Quem não tem nome ainda ganha um: aqui só interessa que ninguém falte."""

    def __missing__(self, person: Person) -> Place:
        assert person.address
        return Place(person.identities()[-1])


KEYS = Keys(PEPPER, Anyone())


def whole(body: bytes) -> tuple[Batch, list[str]]:
    """Lê e oferece; devolve o lido e os ids das mensagens de texto que entraram, em ordem."""
    batch = read(body)
    offers = offers_of(batch, KEYS, NOW_MS, "c1")
    assert len(offers) == batch.size > 0
    turns = [offer.event for offer in offers if isinstance(offer, Item) and offer.lane == "turn"]
    ids = [name for name in (FIRST, LAST) if any(f'"{name}"'.encode() in event for event in turns)]
    return batch, ids


def changes_of(document: Object) -> list[Object]:
    """As mudanças de uma amostra."""
    found: list[Object] = json.loads(meta.dump(document))["entry"][0]["changes"]
    return found


@pytest.mark.timeout(120)
def test_no_mutated_webhook_raises_or_takes_its_neighbours_along() -> None:
    sys.stdout.write(f"seed {SEED}\n")
    samples = [change for document in KINDS.values() for change in changes_of(document)]
    mutator, draw = Mutator(SEED, names_in(samples)), random.Random(SEED)
    bodies = [meta.dump(sample) for sample in samples]
    first, last = (meta.dump(meta.change(meta.value(meta.text(name)))) for name in (FIRST, LAST))
    head, tail = b'{"object":"whatsapp_business_account","entry":[{"id":"990","changes":[', b"]}]}"
    for _ in range(WEBHOOKS // TOGETHER):
        victims = [mutator.mutated(draw.choice(bodies)) for _ in range(TOGETHER)]
        batch, ids = whole(head + b",".join((first, *victims, last)) + tail)
        assert ids == [FIRST, LAST], (SEED, victims)
        assert batch.size >= TOGETHER + 2, (SEED, victims)


@pytest.mark.timeout(60)
def test_no_mutated_body_raises_and_none_goes_without_a_trace() -> None:
    sys.stdout.write(f"seed {SEED}\n")
    documents = list(KINDS.values())
    mutator, draw = Mutator(SEED, names_in(documents)), random.Random(SEED)
    bodies = [meta.dump(document) for document in documents]
    for _ in range(WEBHOOKS // 50):
        body = mutator.mutated(draw.choice(bodies))
        whole(body if draw.random() < 0.5 else body[: draw.randrange(len(body) + 1)])
