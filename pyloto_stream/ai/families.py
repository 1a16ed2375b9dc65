"""De que família é uma palavra? Assim uma que o treino não tinha vale pelas parecidas que ele tinha.

As famílias são dados (`data/word_classes.toml`, explicado lá). Custa o comprimento da palavra.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from pyloto_stream.conversation.data_files import load_toml

SHORTEST = 3
REMEMBERED = 4096
"""Palavras cujas famílias ficam à mão: quase todas se repetem de uma mensagem para outra."""


class Families:
    """As famílias, prontas para procurar palavras dobradas."""

    def __init__(self, families: Mapping[str, str]) -> None:
        self._whole: dict[str, set[str]] = {}
        self._stems: dict[str, set[str]] = {}
        for name, members in families.items():
            for member in members.split():
                table = self._stems if member.endswith("*") else self._whole
                table.setdefault(member.rstrip("*").replace("_", " "), set()).add(name)
        self._openings = {member.split(" ")[0] for member in self._whole if " " in member}
        self._longest = max(map(len, self._stems), default=0)
        self._families = lru_cache(maxsize=REMEMBERED)(self._of_word)

    def of(self, words: Sequence[str]) -> set[str]:
        """As famílias de alguma palavra, par ou trio de palavras seguidas."""
        found: set[str] = set()
        found.update(*map(self._families, words))
        if not self._openings.isdisjoint(words):
            for at in (at for at, word in enumerate(words) if word in self._openings):
                for size in (2, 3):
                    found |= self._whole.get(" ".join(words[at : at + size]), set())
        return found

    def _of_word(self, word: str) -> frozenset[str]:
        found = set(self._whole.get(word, ()))
        for size in range(SHORTEST, min(len(word), self._longest) + 1):
            found |= self._stems.get(word[:size], set())
        return frozenset(found)


FAMILIES = Families(load_toml("pyloto_stream.ai", "word_classes.toml", dict[str, str]))
