"""O que numa linha de log não devia estar lá? Telefones, ids e nomes de pessoas, e textos de mensagens."""

import re
from collections.abc import Iterable
from functools import cache

import msgspec

from pyloto_stream.cli.demo.scenes import SCENES
from pyloto_stream.conversation.texts import KNOWLEDGE, TEXTS
from tests.support.load import CITIES, NAME, SAID

_PERSONAL = re.compile(
    r"(?<![0-9a-fA-F.-])\+?[0-9]{10,15}(?![0-9a-fA-F])"  # telefone
    r"|\b[A-Z]{2}\.[0-9]{10,}"  # id de escopo de uma pessoa fictícia
)
_MIN_TEXT = 6


@cache
def known_texts() -> tuple[str, ...]:
    """O que os testes dizem e o que o robô responde, em minúsculas; só o que é longo o bastante."""
    steps = [step for scene in SCENES for step in scene.steps]
    said = {
        *SAID,
        *CITIES,
        NAME,
        *(step.say for step in steps),
        *(text for step in steps for text in step.burst),
    }
    answered = {value for value in msgspec.structs.asdict(TEXTS).values() if isinstance(value, str)}
    answered |= {topic.text for topic in KNOWLEDGE.topics}
    pieces = {piece for text in said | answered for piece in re.split(r"\{[a-z]+\}|\n", text)}
    return tuple(sorted(piece.lower() for piece in pieces if len(piece) >= _MIN_TEXT))


def leaks(line: str) -> str:
    """O que em `line` é telefone, id de pessoa, nome ou texto de mensagem; vazio se nada."""
    if found := _PERSONAL.search(line):
        return found.group()
    lower = line.lower()
    return next((text for text in known_texts() if text in lower), "")


def leaking(found: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """As linhas com vazamento, no máximo dez."""
    bad = ((name, line) for name, line in found if leaks(line))
    return [pair for pair, _ in zip(bad, range(10), strict=False)]
