"""É ali que a pessoa está? Quanto o lugar da frase diz que uma cidade é a de quem fala.

Promete uma força, de `OTHER` (é de outro, ou só se passa por ela) a `WORKS` (é onde se quer trabalhar); o que
não tem sinal nenhum vale `NAMED`. Não escolhe entre cidades: isso é de `parsers_places`.
"""

from collections.abc import Sequence
from typing import NamedTuple

from pyloto_stream.ai.firms import is_firm, is_public
from pyloto_stream.ai.lexicon import COMMON, GIVEN, READER, STATES, words
from pyloto_stream.ai.municipalities import DOUBTFUL, exact
from pyloto_stream.ai.others_places import elsewhere, since_break
from pyloto_stream.ai.people_names import FAMILY
from pyloto_stream.ai.phrases import BREAK, fold
from pyloto_stream.ai.reading import Reading
from pyloto_stream.ai.runs import dashed, ends, is_title, known_phrase
from pyloto_stream.ai.sightings import Hit

OTHER, NAMED, LIKELY, SURE, LIVES, WORKS = -1, 1, 2, 3, 4, 6
MAX_AREA = 4
HEAD_REACH = 8
"""Até quantas palavras separam o ramo do lugar ("câmara de vereadores de Picos")."""
_IN, _ARTICLES = frozenset(("em", "im")), frozenset(("no", "na"))
_OF, _TO = frozenset(("de", "do", "da")), frozenset(("para", "pra", "ate"))
_AREA, _ARTICLED, _ADJECTIVES = words("place_area"), words("place_articled"), words("place_plain_words")
_WORDY = words("place_wordy") | words("family")
_WAS = frozenset(("ia", "era", "antes"))
_AFTER = frozenset(("tem", "inteira", "inteiro", "toda"))
_PLACED = frozenset(("de", "do", "da", "em", "no", "na"))
_HAVE = frozenset(("tenho", "temos", "minha", "meu", "nossa", "nosso", "toco", "abri"))
_SERVE = frozenset(("atende", "atendem", "cobre", "cobrem", "pega", "pegam"))
_SHORT, _CAPITALS = frozenset(("bh", "jf")), frozenset(("salvador", "vitoria"))


class Leads(NamedTuple):
    """Onde acabam os sinais de onde se mora, de onde se trabalha, e os que só valem com uma cidade."""

    lives: Sequence[int]
    works: Sequence[int]
    near: Sequence[int]


def leads_in(reading: Reading, start: int, end: int, lives: Sequence[int]) -> Leads:
    """Os sinais de `[start, end)`."""
    return Leads(lives, ends(reading, "city_works", start, end), ends(reading, "city_near", start, end))


def strength(reading: Reading, hit: Hit, leads: Leads, start: int, end: int, *, asked: bool) -> int:
    """Quanto o lugar da frase diz que a cidade de `hit` é a de quem fala."""
    if elsewhere(reading, hit, asked=asked):
        return OTHER
    led = _led(reading, hit, leads)
    if led or hit.told:
        owned = led == LIVES and reading.words[hit.start - 1].text in _IN and _kind_near(reading, hit.start)
        return (_own(reading, hit) if owned else max(led, SURE)) + hit.told
    plain = " ".join(word.plain for word in reading.words[hit.start : hit.end])
    if plain in STATES and len(plain) == 2:
        return NAMED
    doubtful = plain in DOUBTFUL or plain in COMMON or known_phrase(reading, hit.start)
    if _alone(reading, hit, start, end):
        return _strength_alone(reading, hit, plain, doubtful=doubtful, last=_last(reading, hit.end))
    return _strength_after(reading, hit, plain, (start, end), doubtful=doubtful)


def _strength_after(reading: Reading, hit: Hit, plain: str, span: tuple[int, int], *, doubtful: bool) -> int:
    """A força que vem da palavra que a antecede ("em", "na", "de", "para")."""
    start, end = span
    before = reading.words[hit.start - 1].text if hit.start > start else BREAK
    titled = is_title(reading, hit.start)
    district = hit.place.settles and plain != fold(hit.place.name)
    closed = _closes(reading, hit.end, end)
    if before in _IN and (titled or not doubtful) and _kind_near(reading, hit.start):
        return _own(reading, hit)
    if before in _IN and (titled or not doubtful or (closed and plain not in _ADJECTIVES)):
        return SURE
    if before in _ARTICLES and (district or (closed and plain in _ARTICLED)):
        return SURE
    if before in _OF and not district and _kind_before(reading, hit.start, start):
        known = before == "de" and (titled or plain not in _ADJECTIVES)  # "cartório de registro"
        clear = hit.place.large and (known or not doubtful or plain in _ARTICLED)
        clear = clear or (
            before == "de" and titled and is_public(reading, max(start, hit.start - 6), hit.start)
        )
        return LIKELY if clear or (titled and not doubtful and " " in plain) else NAMED
    after = [word.plain for word in reading.words[hit.end : hit.end + 2]]
    speaks = after[:1] != [] and (after[0] in _AFTER or after == ["e", "regiao"])
    if before == BREAK and speaks and hit.place.large and (not doubtful or titled):  # "BH tem vaga?"
        return LIKELY
    opens = hit.start - 2 < start or reading.words[hit.start - 2].text == BREAK
    if doubtful:
        said = before in (*_OF, *_TO)
        named = before == "de" and reading.words[hit.start - 2].plain in GIVEN and _last(reading, hit.end)
        return LIKELY if named or (said and opens and titled) else int(said or before == BREAK)
    if before == "de" and opens and titled and closed:  # "Frota Leve, de Itajaí, …"
        return SURE
    asks = before in _SERVE and hit.end < len(reading.words) and "?" in reading.words[hit.end].plain
    known = (len(plain) > 2 or plain in _SHORT) and (asks or before in (*_OF, *_TO))
    return LIKELY if hit.place.large and (known or _ends_list(reading, hit)) else NAMED


def _ends_list(reading: Reading, hit: Hit) -> bool:
    """Termina o que se disse em poucas palavras ("Anderson aqui, factor 150 manaus")?"""
    return hit.start > 0 and reading.words[hit.start - 1].plain.isdigit() and _last(reading, hit.end)


def only_area(reading: Reading, start: int, end: int) -> bool:
    """Entre `start` e `end` só se diz a parte da cidade ("na zona leste de", "no bairro X, em")?"""
    return end - start <= MAX_AREA and all(reading.words[i].plain in _AREA for i in range(start, end))


def area_ends(reading: Reading, start: int, end: int) -> int:
    """A primeira palavra de `[start, end)` que não diz só a parte da cidade."""
    return next((i for i in range(start, end) if reading.words[i].plain not in _AREA), end)


def _led(reading: Reading, hit: Hit, leads: Leads) -> int:
    """A força do sinal que vem logo antes da cidade, ou depois dela ("X, onde fica"); zero sem sinal."""
    after = [word.text for word in reading.words[hit.end : hit.end + 4] if word.text != BREAK]
    if after[:2] in (["onde", "fica"], ["onde", "ficam"], ["onde", "temos"], ["onde", "tenho"]):
        return WORKS
    before = [word.plain for word in reading.words[max(hit.start - 4, 0) : hit.start]]
    if before[-2:] == ["que", "e"] and before[0] == "cidade":  # "venho pra cidade, que é Araçatuba"
        return LIVES
    for force, found in ((WORKS, leads.works), (LIVES, leads.lives), (SURE, leads.near)):
        if any(at <= hit.start and only_area(reading, at, hit.start) for at in found):
            linked = hit.start > 0 and reading.words[hit.start - 1].plain in _PLACED
            given = (
                force == SURE and not linked and reading.words[hit.start].plain in GIVEN
            )  # "aqui é Vitória"
            plain = reading.words[hit.start].plain in _ADJECTIVES and not is_title(reading, hit.start)
            return 0 if given or (force == SURE and plain) else force  # "é de graça"
    return 0


def _strength_alone(reading: Reading, hit: Hit, plain: str, *, doubtful: bool, last: bool) -> int:
    """Entre duas pausas: uma cidade conhecida, ou um nome que só pode ser de uma."""
    if (
        plain in _CAPITALS and not reading.found("lead", "name") and hit.start > 0
    ):  # "…, salvador, uns 30 por dia"
        return LIKELY
    if plain in GIVEN or plain in _ADJECTIVES or (len(plain) <= 2 and plain != "bh"):
        return NAMED
    titled = is_title(reading, hit.start)
    if doubtful and last and hit.start == 0 and " " not in plain:  # só "Salvador": pode ser gente
        return NAMED
    if hit.place.large and (not doubtful or titled or last or " " in plain or plain not in _WORDY):
        return LIKELY
    known = doubtful or READER.knows(plain) or plain in FAMILY
    ends = hit.end >= len(reading.words) or reading.strong_break(hit.end)
    small = not doubtful and len(plain) > 5 and (last or (ends and not known))
    return LIKELY if small or (titled and not doubtful and " " in plain) else NAMED


def _alone(reading: Reading, hit: Hit, start: int, end: int) -> bool:
    """A cidade está entre duas pausas (um travessão também é uma)?"""
    opens = hit.start <= start or reading.words[hit.start - 1].text == BREAK
    if not opens:
        opens = dashed(reading, hit.start)
    closes = hit.end >= end or reading.words[hit.end].text == BREAK or dashed(reading, hit.end)
    aqui = hit.end < end and reading.words[hit.end].text in ("aqui", "mesmo")
    return opens and (closes or aqui)


def _last(reading: Reading, at: int) -> bool:
    """É o fim do texto?"""
    return all(word.text == BREAK for word in reading.words[at:])


def _kind_near(reading: Reading, at: int) -> bool:
    """O negócio de quem fala vem logo antes ("tenho uma ótica em Umuarama", "a loja é em Tefé")?"""
    said = since_break([word.text for word in reading.words[max(at - HEAD_REACH, 0) : at]])
    if not (_HAVE & {*said} or said[-2:-1] == ["e"]) or _WAS & {*said}:
        return False
    near = range(max(at - len(said), at - 6), at)
    return any(is_firm(reading, i) and reading.words[i].plain != "casa" for i in near)


def _own(reading: Reading, hit: Hit) -> int:
    """A força de onde está o negócio; a sede vale menos do que a operação."""
    said = {word.plain for word in reading.words[max(hit.start - 4, 0) : hit.start]}
    return LIVES if {"sede", "matriz"} & said else WORKS


def _closes(reading: Reading, at: int, end: int) -> bool:
    """O que vem depois não continua um nome ("em extrema urgência")?"""
    if at >= end:
        return True
    word = reading.words[at]
    if word.plain in _OF:
        return False
    short = word.plain in COMMON or len(word.plain) < 3 or exact([word.plain]) is not None
    return word.text == BREAK or short or dashed(reading, at)


def _kind_before(reading: Reading, at: int, start: int) -> bool:
    """Diz-se antes, na mesma oração, um ramo ou um órgão ("hortifruti cesta viva de")?"""
    since = next((i + 1 for i in range(at - 1, start - 1, -1) if reading.words[i].text == BREAK), start)
    since = max(since, at - HEAD_REACH)
    return any(is_firm(reading, i) for i in range(since, at)) or is_public(reading, since, at)
