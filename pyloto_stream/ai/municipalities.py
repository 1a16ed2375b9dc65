"""Que município é este, como quer que o tenham escrito? Nome oficial, apelido, abreviação ou letra trocada.

Promete: só municípios de `data/municipalities.tsv`; entre os de mesmo nome, o do estado dito, senão a
capital, senão nenhum estado. Uma letra trocada só se entende se um único nome está perto. Carrega na
primeira busca (menos de 40 ms); cada busca custa menos de 300 µs.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from importlib import resources
from itertools import accumulate, pairwise
from typing import NamedTuple

import msgspec
from rapidfuzz import process
from rapidfuzz.distance import OSA

from pyloto_stream.ai.sounds import sound_of
from pyloto_stream.conversation.data_files import load_toml

PACKAGE = "pyloto_stream.ai"
MAX_PLACE_WORDS = 8
"""Palavras do nome mais longo ("Nossa Senhora de Nazaré do Livramento …"), com as partículas."""
NEAR_LIMITS = ((14, 3), (9, 2), (5, 1))  # a partir de tantas letras, quantas podem estar erradas
SMALL_LIMITS = ((13, 2), (7, 1))  # pouco conhecidos: mais vale guardar o que a pessoa escreveu
REMEMBERED = 8192  # palavras cuja parte na chave fica à mão: quase todas se repetem
_PARTICLES = frozenset(("de", "da", "do", "das", "dos", "d", "e", "del"))


class Place(NamedTuple):
    """Um município; `state` vazio se há vários de mesmo nome; `settles` se o nome sem estado é deste."""

    name: str
    state: str
    large: bool = False
    settles: bool = False

    @property
    def label(self) -> str:
        """Como "Londrina PR"."""
        return f"{self.name} {self.state}".rstrip()


class _CityFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`data/cities.toml` (cada seção é explicada lá)."""

    nicknames: dict[str, str]
    short_forms: dict[str, str]
    large: dict[str, str]
    districts: dict[str, str]
    words: dict[str, str]


_FILE = load_toml(PACKAGE, "cities.toml", _CityFile)
DOUBTFUL = frozenset(word.replace("_", " ") for word in _FILE.words["doubtful"].split())
NOT_PLACES = frozenset(_FILE.words["not_places"].split())
DISTRICTS = frozenset(word.replace("_", " ") for word in _FILE.words["districts"].split())
SHORT_FORMS: Mapping[str, str] = _FILE.short_forms
CAPITALS: Mapping[str, str] = {uf: names.split("; ")[0] for uf, names in _FILE.large.items()}
"""A capital de cada estado: a primeira das suas cidades grandes."""


def key_of(words: Iterable[str]) -> str:
    """A chave de um nome: sem espaços nem partículas, com as abreviações abertas."""
    return "".join(map(_piece, words))


@lru_cache(maxsize=REMEMBERED)
def _piece(word: str) -> str:
    return "" if word in _PARTICLES else _load().joined.get(word) or SHORT_FORMS.get(word, word)


def exact(words: Sequence[str], state: str = "") -> Place | None:
    """O município de nome ou apelido `words` (dobradas); com `state`, só se fica nele."""
    return _choose(_load().by_key.get(key_of(words), ()), state)


def known_sizes(words: Sequence[str]) -> list[int]:
    """Quantas das primeiras de `words` formam um nome ou apelido, do mais longo ao mais curto."""
    keys, table = accumulate(map(_piece, words)), _load().by_key
    return [size for size, key in enumerate(keys, 1) if key in table][::-1]


def nearest(words: Sequence[str], state: str = "") -> Place | None:
    """O único município de nome parecido com `words`; `None` se nenhum, ou se há dúvida."""
    if " ".join(words) in DISTRICTS:
        return None
    sound = sound_of(key_of(words))
    if not sound:
        return None
    table = _sounds()
    if same := _choose(table.by_sound.get(sound, ()), state):
        return same
    limit = _allowed(len(sound), NEAR_LIMITS)
    keys = [
        key for size in range(len(sound) - limit, len(sound) + limit + 1) for key in table.near(sound, size)
    ]
    if not limit or not keys:
        return None
    found = process.extract(sound, keys, scorer=OSA.distance, score_cutoff=limit, limit=None)
    return _unambiguous(sound, [(key, int(distance)) for key, distance, _ in found], state)


def begins(word: str) -> bool:
    """Algum município ou apelido começa por `word`?"""
    return word in _load().first


def _unambiguous(sound: str, found: list[tuple[str, int]], state: str) -> Place | None:
    """O único candidato mais próximo; um muito conhecido ganha dos outros à mesma distância."""
    places: list[tuple[int, Place]] = []
    for key, distance in found:
        place = _choose(_sounds().by_sound[key], state)
        if place is None or key in (f"{sound}s", sound.removesuffix("s")):  # "Pinheiros" não é "Pinheiro"
            continue
        if place.large or state or distance <= _allowed(len(sound), SMALL_LIMITS):
            places.append((distance, place))
    closest = min((distance for distance, _ in places), default=0)
    near = {place.label: place for distance, place in places if distance == closest}
    best = [place for place in near.values() if place.large] or [*near.values()]
    return best[0] if len(best) == 1 else None


def _allowed(length: int, limits: Sequence[tuple[int, int]]) -> int:
    return next((errors for least, errors in limits if length >= least), 0)


def _choose(places: Sequence[Place], state: str) -> Place | None:
    """Entre os de mesmo nome: o do estado dito, o único, a capital, ou o nome sem estado."""
    if state:
        return next((place for place in places if place.state == state), None)
    if len({place.label for place in places}) <= 1:
        return places[0] if places else None
    bare = Place(places[0].name, "", any(place.large for place in places))
    return next((place for place in places if place.settles), bare)


class _Table(NamedTuple):
    """Os municípios por chave; `joined` abre "doeste"; `first` são as palavras que começam um nome."""

    by_key: Mapping[str, tuple[Place, ...]]
    joined: Mapping[str, str]
    first: frozenset[str]


class _Sounds(NamedTuple):
    """As chaves pelo som, e por inicial e comprimento."""

    by_sound: Mapping[str, tuple[Place, ...]]
    by_shape: Mapping[tuple[str, int], list[str]]

    def near(self, sound: str, size: int) -> Sequence[str]:
        """As chaves de `size` letras com a inicial de `sound`."""
        return self.by_shape.get((sound[0], size), ())


@cache
def _load() -> _Table:
    large = {(name, uf) for uf, names in _FILE.large.items() for name in names.split("; ")}
    text = (resources.files(PACKAGE) / "data" / "municipalities.tsv").read_text(encoding="utf-8")
    by_key: dict[str, tuple[Place, ...]] = {}
    joined: dict[str, str] = {}
    first: set[str] = set(SHORT_FORMS)
    for line, plain in zip(text.splitlines(), _plain(text).splitlines(), strict=True):
        if line.startswith("#"):
            continue
        name, state, _ = line.split("\t")
        words = plain.partition("\t")[0].replace("-", " ").replace("'", " ").split()
        key = "".join(word for word in words if word not in _PARTICLES)
        place = Place(name, state, (name, state) in large, CAPITALS[state] == name)
        by_key[key] = (*by_key.get(key, ()), place)
        first.update((words[0], key))  # a chave: "saopaulo", tudo junto
        if "'" in name:
            joined |= {f"d{word}": word for one, word in pairwise(words) if one == "d" and word != "anta"}
    districts = ((one, label) for label, names in _FILE.districts.items() for one in names.split("; "))
    for nickname, label in (*districts, *_FILE.nicknames.items()):
        words = nickname.split()
        name, state = (label[:-3], label[-2:]) if label[-2:].isupper() else (label, "")
        key = "".join(word for word in words if word not in _PARTICLES)
        by_key[key] = (Place(name, state, large=True, settles=True), *by_key.get(key, ()))
        first.update((words[0], key))
    return _Table(by_key, joined, frozenset(first))


def _plain(text: str) -> str:
    """O mesmo que `fold`, para o arquivo inteiro de uma vez (letras latinas, sem outros símbolos)."""
    return unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode("ascii")


@cache
def _sounds() -> _Sounds:
    by_key = _load().by_key
    by_sound: dict[str, tuple[Place, ...]] = {}
    by_shape: dict[tuple[str, int], list[str]] = {}
    for sound, places in zip(sound_of("\n".join(by_key)).split("\n"), by_key.values(), strict=True):
        if sound not in by_sound:
            by_shape.setdefault((sound[0], len(sound)), []).append(sound)
        by_sound[sound] = (*by_sound.get(sound, ()), *places)
    return _Sounds(by_sound, by_shape)
