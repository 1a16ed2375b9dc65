"""Que palavras uma resposta de modelo não pode trazer? As de `data/guard.toml`, prontas para a procura."""

import re
from collections.abc import Iterable

import msgspec

from pyloto_stream.conversation.data_files import DataFileError, load_toml

FILE = "guard.toml"


class Patterns(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """As de um motivo: sempre, ou só se a frase não passa o assunto a uma pessoa."""

    always: tuple[str, ...]
    unless_deferred: tuple[str, ...] = ()


class _Links(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    endings: str
    spaced_endings: str
    elsewhere: tuple[str, ...]


class _Language(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    portuguese: str
    foreign: str


class _Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    max_chars: int
    numbers: str
    shared_words: int
    deferrals: tuple[str, ...]
    price: Patterns
    promise: Patterns
    contract: Patterns
    prompt_text: Patterns
    personal_data: Patterns
    format: Patterns
    links: _Links
    language: _Language


RULES = load_toml("pyloto_stream.ai", FILE, _Rules)


def any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    """Uma expressão que acha qualquer das `patterns`; sem nenhuma, nada.

    Raises:
        DataFileError: alguma não é uma expressão regular.
    """
    joined = "|".join(f"(?:{pattern.removeprefix('(?m)')})" for pattern in patterns)
    try:
        return re.compile(joined.replace("<N>", f"(?:{RULES.numbers})") or r"(?!)", re.MULTILINE)
    except re.error as error:
        raise DataFileError(FILE, error) from error
