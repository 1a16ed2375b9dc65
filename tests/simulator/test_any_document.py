"""Um envio qualquer é aceito ou recusado como a Meta recusaria: nada faz a Meta local tropeçar."""

import copy
import random

import pytest

from pyloto_stream.simulator.refusal import RefusedCallError
from pyloto_stream.simulator.registry import fictional
from pyloto_stream.simulator.rules import judge
from pyloto_stream.simulator.template_form import read_definition
from tests.simulator.test_kinds import ACCEPTED
from tests.support.local_meta import Hands, code

ANA = fictional(1)
Json = dict[str, object]
ODD: tuple[object, ...] = (
    None, True, 0, -1, 10**400, 1.5, "", " ", "x" * 1100, "é\u0000🛵", [], [None], {}, {"id": 1}, [[[]]],
)  # fmt: skip


def spots(value: object) -> list[tuple[object, object]]:
    """Cada `(recipiente, chave)` de um documento."""
    found: list[tuple[object, object]] = []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        found += [(value, key), *spots(inner)]
    return found


def spoiled(rng: random.Random) -> Json:
    """Um envio bom com um a três pontos trocados, tirados ou acrescentados."""
    document = copy.deepcopy(rng.choice(ACCEPTED))
    for _ in range(rng.randint(1, 3)):
        holder, key = rng.choice(spots(document))
        if isinstance(holder, dict) and rng.random() < 0.2:
            holder.pop(key, None)
        elif isinstance(holder, dict) and rng.random() < 0.1:
            holder["novo"] = rng.choice(ODD)
        else:
            holder[key] = copy.deepcopy(rng.choice(ODD))  # type: ignore[index]
    return document


@pytest.mark.parametrize("seed", range(4))
def test_the_judge_only_accepts_or_refuses(seed: int) -> None:
    rng = random.Random(seed)
    details: list[str] = []
    for _ in range(2_000):
        try:
            judge(spoiled(rng))
        except RefusedCallError as error:
            details.append(error.details)
    assert 500 < len(details) < 2_000
    assert not any("x" * 50 in each for each in details)


def test_a_definition_is_only_accepted_or_refused() -> None:
    rng = random.Random(7)
    body: Json = {"type": "BODY", "text": "Oi, {{1}}, tudo bem?"}
    link: Json = {"type": "URL", "text": "a", "url": "https://example.com/{{1}}"}
    parts = [body, {"type": "HEADER", "format": "TEXT", "text": "x"}, {"type": "BUTTONS", "buttons": [link]}]
    good: Json = {"name": "a", "language": "pt_BR", "category": "UTILITY", "components": parts}
    assert read_definition(good).name == "a"
    for _ in range(1_000):
        document = copy.deepcopy(good)
        holder, key = rng.choice(spots(document))
        holder[key] = copy.deepcopy(rng.choice(ODD))  # type: ignore[index]
        try:
            read_definition(document)
        except RefusedCallError:
            continue


async def test_over_http_nothing_is_a_stumble(hands: Hands) -> None:
    rng = random.Random(11)
    hands.simulator.person(ANA).say("Oi")
    accepted = 0
    for number in range(300):
        document = ACCEPTED[number] if number < len(ACCEPTED) else spoiled(rng)
        status, answer = await hands.call("POST", "100000000000001/messages", document)
        accepted += status == 200
        assert status == 200 or code(answer) not in {1, 2, 131000}
    assert accepted == len(hands.simulator.sent) > 5
