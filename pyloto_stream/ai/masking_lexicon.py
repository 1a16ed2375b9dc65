"""Que palavras dizem o que é um número? As de `data/masking.toml`, prontas para a procura."""

import re

import msgspec

from pyloto_stream.conversation.data_files import load_toml


class _Lexicon(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    area_codes: str
    not_plates: str
    not_keys: str
    links: str
    before: dict[str, str]


_LEXICON = load_toml("pyloto_stream.ai", "masking.toml", _Lexicon)
AREA_CODES = frozenset(_LEXICON.area_codes.split())
NOT_PLATES = frozenset(_LEXICON.not_plates.split())
NOT_KEYS = frozenset(_LEXICON.not_keys.split())


def _before(words: str) -> re.Pattern[str]:
    links = "|".join(_LEXICON.links.split())
    return re.compile(rf"(?:\b(?:{'|'.join(words.split())})\b(?:\W{{1,4}}(?:{links})\b){{0,4}}\W{{0,6}})$")


_BEFORE = {kind: _before(words) for kind, words in _LEXICON.before.items()}


def said_before(kind: str, before: str) -> bool:
    """O texto `before` (forma simples) acaba numa palavra que anuncia um `kind`?"""
    return before.islower() and _BEFORE[kind].search(before) is not None
