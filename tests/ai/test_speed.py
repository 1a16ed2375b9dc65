import random
import time

import pytest

from pyloto_stream.ai.dataset import SHIPPED, read_dataset
from pyloto_stream.ai.listening import hear_first
from pyloto_stream.ai.phrases import PhraseIndex
from pyloto_stream.ai.reading import MAX_WORDS
from pyloto_stream.conversation.records import Intent
from tests.ai.words import VOCABULARY
from tests.support.hearing import asking, hear

BOUND_S = 0.25
"""Muito mais do que qualquer destes textos leva numa máquina lenta: só um custo que explode chega aqui."""
PROMISED_S = 0.002
SLACK = 6
"""Para uma máquina ocupada e lenta; o que se promete mede-se com `python -m bench.rules`."""
_RANDOM = random.Random(7)
ADVERSARIAL = {
    "one word": "quero " * 700,
    "gaps": "preciso de um " * 300,
    "optional": "nao e o certo " * 300,
    "letters": "a" * 4000,
    "digits": "1.2.3.4.5," * 400,
    "numbers": "vinte e " * 500,
    "breaks": "?!. " * 1000,
    "vocabulary": " ".join(_RANDOM.choice(VOCABULARY) for _ in range(600)),
    "corrections": "errei ana " * 400,
    "states": "de PR " * 700,
    "questions": "precisa de moto? em SP, " * 200,
    "accents": "é" * 4000,
    "combining": "a" + "\u0301" * 3999,
}


@pytest.mark.parametrize("text", ADVERSARIAL.values(), ids=ADVERSARIAL.keys())
@pytest.mark.parametrize(
    ("asked", "active"),
    [("", "ENTRY_UNKNOWN"), ("name", "PYLOTO_ENTREGA_DRIVER_SIGNUP"), ("features", "CUSTOM_SOFTWARE")],
)
def test_hostile_text_costs_little(text: str, asked: str, active: Intent) -> None:
    state = asking(asked, active)
    best = min(_seconds(state, text) for _ in range(3))
    assert best < BOUND_S


def test_a_normal_message_is_understood_in_a_blink() -> None:
    text = "bom dia, tenho uma pizzaria em londrina e faço uns 40 pedidos por noite, preciso de motoboy"
    assert min(_seconds(asking(), text) for _ in range(5)) < 0.01


def test_nearly_every_message_of_the_data_set_costs_little() -> None:
    lines = read_dataset(SHIPPED).lines[::12]
    spent = sorted(min(_processor_seconds(line.text) for _ in range(2)) for line in lines)
    assert spent[int(len(spent) * 0.99)] < PROMISED_S * SLACK


def test_the_longest_gaps_try_a_bounded_number_of_words() -> None:
    steps = _CountingWords(["a"] * MAX_WORDS)
    assert PhraseIndex([("a .. b? .. c? .. d", "x")]).find(steps) == []
    assert steps.read < MAX_WORDS * 4**3 * 8


class _CountingWords(list[str]):
    read = 0

    def __getitem__(self, at):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN204
        self.read += 1
        return super().__getitem__(at)


def _processor_seconds(text: str) -> float:
    started = time.process_time()
    hear_first(text)
    return time.process_time() - started


def _seconds(state, text: str) -> float:  # type: ignore[no-untyped-def]  # noqa: ANN001
    started = time.perf_counter()
    hear(state, text)
    return time.perf_counter() - started
