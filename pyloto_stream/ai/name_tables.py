"""Que nomes de uma tabela um texto cita, no singular, no plural, no diminutivo ou com uma letra trocada?

Promete: custa o número de palavras do texto, não o de nomes; vale o nome mais longo que começa numa palavra.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Generic, NamedTuple, TypeVar

from pyloto_stream.ai.lexicon import READER
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading
from pyloto_stream.ai.spelling import Speller

T = TypeVar("T")
REMEMBERED = 8192
SHORTEST_TYPO = 7
"""Letras a partir das quais uma palavra desconhecida pode ser um nome mal escrito."""
_OF = frozenset(("de", "da", "do", "das", "dos", "d"))
_PLURALS = (("oes", "ao"), ("aes", "ao"), ("ais", "al"), ("eis", "el"), ("ois", "ol"), ("ns", "m"))
_SHOPS = ("eria", "aria")
_SMALL = (
    ("zinha", ""), ("zinho", ""), ("inha", "a"), ("inha", "o"), ("inha", "e"), ("inha", ""), ("inho", "o"),
    ("inho", "a"), ("inho", "e"), ("inho", ""), ("quinha", "ca"), ("quinho", "co"), ("ao", "a"), ("ao", "o"),
    ("zera", ""),
)  # fmt: skip


class Seen(NamedTuple, Generic[T]):
    """Um nome em `words[start:end]`."""

    start: int
    end: int
    payload: T


class NameTable(Generic[T]):
    """Os nomes ("_" junta as palavras) e o que cada um diz; `typos` se acham com uma letra trocada."""

    def __init__(
        self, names: Iterable[tuple[str, T]], typos: Collection[str] = (), right: Collection[str] = ()
    ) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], T]]] = {}
        for name, payload in names:
            words = tuple("de" if word in _OF else word for word in name.split("_"))
            self._by_first.setdefault(words[0], []).append((words, payload))
        for options in self._by_first.values():
            options.sort(key=lambda one: -len(one[0]))
        self._known = {word for options in self._by_first.values() for words, _ in options for word in words}
        self._known.update(right)
        self._speller = Speller(word for word in typos if len(word) >= SHORTEST_TYPO)
        self._singular = lru_cache(maxsize=REMEMBERED)(self._singular_of)

    def said(self, reading: Reading) -> list[str]:
        """As palavras de `reading` como os nomes as dizem."""
        return [BREAK if w.text == BREAK else self._singular(w.plain, w.text) for w in reading.words]

    def seen(self, said: Sequence[str]) -> list[Seen[T]]:
        """Os nomes que há em `said`, por posição, sem um dentro do outro."""
        found: list[Seen[T]] = []
        free = 0
        for at in [at for at, word in enumerate(said) if word in self._by_first]:
            if at >= free and (one := self._longest(said, at)) is not None:
                found.append(one)
                free = one.end
        return found

    def _longest(self, said: Sequence[str], at: int) -> Seen[T] | None:
        for words, payload in self._by_first[said[at]]:
            size = len(words)
            if size == 1 or tuple(said[at : at + size]) == words:
                return Seen(at, at + size, payload)
        return None

    def _singular_of(self, plain: str, text: str) -> str:
        """A forma conhecida de uma palavra; ela mesma, se nenhuma é."""
        if plain in _OF:
            return "de"
        for word in (plain, text):
            for form in _forms(word):
                if form in self._known:
                    return form
        unknown = plain == text and len(plain) >= SHORTEST_TYPO and not READER.knows(plain)
        return self._speller.correct(plain) if unknown else text


def _forms(word: str) -> Iterator[str]:
    yield word
    single = word
    if word.endswith("s") and len(word) > 3:
        single = word[:-1]
        yield single
        yield from (word.removesuffix(many) + one for many, one in _PLURALS if word.endswith(many))
        if word.endswith("es"):
            yield word[:-2]
    for shop in _SHOPS:  # "frutaria" é onde se vendem frutas
        if single.endswith(shop) and len(single) > len(shop) + 3:
            yield from (single.removesuffix(shop) + vowel for vowel in "aoe")
    for small, one in _SMALL:
        if single.endswith(small) and len(single) > len(small) + 1:
            yield single.removesuffix(small) + one
