"""Como entender uma palavra com uma letra errada? Pela única palavra conhecida a uma letra dela.

Usa vizinhança por remoção: cada palavra do vocabulário é indexada sem cada uma de suas letras, e a busca
custa o comprimento da palavra, não o do vocabulário. Só corrige palavras longas, com a mesma inicial, e só
se há um candidato: uma correção errada é pior do que nenhuma.
"""

from collections.abc import Collection, Iterable

MIN_LENGTH = 6


def _without_one(word: str) -> set[str]:
    return {word[:i] + word[i + 1 :] for i in range(1, len(word))}


class Speller:
    """Corrige palavras dobradas para o `vocabulary` (só as de `MIN_LENGTH` letras ou mais entram).

    As de `right` estão certas como estão.
    """

    def __init__(self, vocabulary: Iterable[str], right: Collection[str] = ()) -> None:
        self._right = right
        self._words = frozenset(word for word in vocabulary if len(word) >= MIN_LENGTH and word.isalpha())
        self._near: dict[str, set[str]] = {}
        for word in self._words:
            for variant in _without_one(word):
                self._near.setdefault(variant, set()).add(word)

    def correct(self, word: str) -> str:
        """A palavra conhecida mais próxima, ou a própria."""
        if len(word) < MIN_LENGTH - 1 or word in self._words or word in self._right:
            return word
        candidates = set(self._near.get(word, ()))
        if len(word) >= MIN_LENGTH:
            for variant in _without_one(word):
                if variant in self._words:
                    candidates.add(variant)
                candidates |= self._near.get(variant, set())
        near = {c for c in candidates if c[0] == word[0] and abs(len(c) - len(word)) <= 1}
        return near.pop() if len(near) == 1 else word
