"""Que empresa se nomeia ao lado do que se diz dela? "Forno Estrela é o nome", "Frota Leve, de Itajaí".

Promete o nome entre duas pausas, como a pessoa o escreveu; gente, um bairro ou uma frase não são nome.
"""

from pyloto_stream.ai.capitals import ARTICLES, OPENING, capital
from pyloto_stream.ai.firms import is_famous, is_firm, is_head
from pyloto_stream.ai.lexicon import GIVEN, PARTICLES, READER, words
from pyloto_stream.ai.municipalities import MAX_PLACE_WORDS, begins, exact
from pyloto_stream.ai.name_ends import is_verb
from pyloto_stream.ai.people_names import FAMILY, person_at
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading
from pyloto_stream.ai.runs import TITLES

MAX_WORDS = 5
TWO = 2
_BUSINESS = words("company_nouns")
_SHOPS = frozenset(("delivery", "marca", "loja"))
_NONE = frozenset(("nao", "ainda", "sem", "nenhum", "vou", "n"))
_OF_IT = frozenset(("da", "do", "dela", "dele", "fantasia"))
SOON = 4
_CALLED = TITLES | words("company_kin")
_GOES = frozenset(("ta", "tao", "esta", "anda", "vive", "precisa", "quer", "n", "nao", "num"))
_WHERE = frozenset(("em", "aqui", "de", "la"))
_USES = frozenset(("usando", "usa", "com", "contratou", "fechado", "fechada", "vendendo"))
_MANY = frozenset(
    ("muito", "muita", "bastante", "pouco", "pouca", "mais", "todo", "toda", "gente", "cliente")
)
_WE_DO = frozenset(("quero", "queria", "preciso", "tenho", "vendo", "mando"))


def named_beside(reading: Reading, start: int, end: int) -> str:
    """O nome que o que vem logo depois diz ser de uma empresa ("Forno Estrela é o nome")."""
    if "nome" in reading.raw.lower():
        for at in range(start, end - TWO):
            if reading.words[at].plain == "nome" and (found := _labelled(reading, at, end)):
                return found
        for at in range(start + TWO, end):
            if reading.words[at].plain == "nome" and (found := _is_name(reading, start, at, end)):
                return found
    return _heads(reading, start, end)


def _labelled(reading: Reading, at: int, end: int) -> str:
    """O que segue "nome da loja:" ou "nome da minha empresa -", como numa ficha."""
    kind = at + TWO + (reading.words[at + TWO].plain in ("minha", "nossa", "meu", "nosso"))
    if reading.words[at + 1].plain not in ("da", "do") or kind + TWO >= end:
        return ""
    first = kind + TWO
    apart = reading.words[kind + 1].text == BREAK and reading.words[kind + 1].plain.strip() == ":"
    of_it = reading.words[kind].plain in _BUSINESS or is_head(reading.words[kind].plain)
    if not (apart and of_it) or reading.words[first].plain in _NONE:
        return ""
    stop = next((i for i in range(first, end) if reading.words[i].text == BREAK), end)
    stop -= stop < end and ":" in reading.words[stop].plain  # "nome da loja: ponto certo cidade: sinop"
    return _fit(reading, first, stop, labelled=True)


def _is_name(reading: Reading, start: int, at: int, end: int) -> str:
    """O que a oração diz antes de "é o nome", se fala de um negócio."""
    if reading.words[at - 1].text != "o":
        return ""
    stop = at - 1 - (reading.words[at - TWO].text == "e")
    first = next((i + 1 for i in range(stop - 1, start - 1, -1) if reading.words[i].text == BREAK), start)
    first += first < stop and reading.words[first].plain in ARTICLES
    after = [word.plain for word in reading.words[at + 1 : at + 3]]
    closed = at + 1 >= end or reading.words[at + 1].text == BREAK
    of_it = after[:1] != [] and after[0] in _OF_IT and (after[0] not in ("da", "do") or after[1] in _BUSINESS)
    told = of_it or any(is_head(word.plain) for word in reading.words[:first])
    return _fit(reading, first, stop) if (closed or of_it) and told else ""


def _fit(reading: Reading, first: int, stop: int, *, labelled: bool = False) -> str:
    """As palavras `[first, stop)`, se são um nome e não gente, cidade ou frase."""
    telling = [i for i in range(first, stop) if reading.words[i].plain not in PARTICLES]
    if not telling or stop - first > MAX_WORDS or telling[0] != first or telling[-1] != stop - 1:
        return ""
    plain = [reading.words[i].plain for i in telling]
    phrase = any(is_verb(one) or not one.isalpha() for one in plain) or OPENING.issuperset(plain)
    phrase = phrase or not (labelled or (len(plain) >= TWO and OPENING.isdisjoint(plain)))
    if phrase and not all(capital(reading, i) for i in telling):
        return ""
    person = person_at(reading, first)
    person = person if reading.words[first].plain in GIVEN else person._replace(end=first)
    other = person.end >= stop or exact(plain) is not None or is_famous(reading, first, stop)
    return "" if other else reading.original(first, stop)


def _heads(reading: Reading, start: int, end: int) -> str:
    """O nome em minúsculas que abre a mensagem, e o ramo a seguir ("assadeira da vó, delivery de pão")."""
    stop = next(
        (i for i in range(start, min(end, start + MAX_WORDS)) if reading.words[i].text == BREAK), start
    )
    if stop - start < TWO or stop + TWO >= end or reading.words[stop + TWO].plain != "de":
        return ""
    kind = reading.words[stop + 1].plain
    if not (is_head(kind) or kind in _SHOPS) or reading.words[start].plain in GIVEN:
        return ""
    own = [word.plain for word in reading.words[start:stop] if word.plain not in PARTICLES]
    known = READER.knows(own[0]) or begins(own[0])
    owned = any(word.plain in ("da", "do", "das", "dos") for word in reading.words[start:stop])
    return _fit(reading, start, stop) if owned and not known else ""


def placed_beside(reading: Reading, at: int, stop: int, end: int) -> bool:
    """Diz-se a seguir de que cidade é ("Frota Leve, de Itajaí")?"""
    led = at - 1 - (at > 1 and reading.words[at - 1].text in ARTICLES)
    if led < 0 or reading.words[led].text != BREAK or stop + TWO >= end or reading.words[stop].text != BREAK:
        return False
    if reading.words[stop + 1].plain != "de" or reading.words[stop - 1].plain in FAMILY:
        return False
    last = next(
        (
            i
            for i in range(stop + TWO, min(end, stop + TWO + MAX_PLACE_WORDS))
            if reading.words[i].text == BREAK
        ),
        end,
    )
    return exact([word.plain for word in reading.words[stop + TWO : last]]) is not None


def we_say(reading: Reading, at: int, stop: int, end: int) -> bool:
    """Entre duas vírgulas, e depois quem fala diz "nós" ("firma de dedetização, Xô Praga, precisamos")?"""
    if stop + 1 >= end or reading.words[stop].text != BREAK or reading.words[at - 1].text != BREAK:
        return False
    after = [word.plain for word in reading.words[stop + 1 : stop + 3]]
    near = [word.plain for word in reading.words[max(at - 3, 0) : at - 1]]
    placed = any(begins(word) and exact([word]) is not None for word in near[-1:])
    placed = placed or exact([reading.words[stop - 1].plain]) is not None  # "Catuaí Londrina"
    return not placed and any(word in _WE_DO or word.endswith("mos") for word in after)


def calls_something(reading: Reading, start: int, end: int) -> bool:
    """O "chama" em `[start, end)` pode ser um verbo qualquer? Não em "minha confeitaria chama doce mania"."""
    if end - start > 1 or reading.words[start].plain not in ("chama", "chamo", "chamamos"):
        return False
    if start and reading.words[start - 1].plain == "se":  # "minha loja se chama pão bom"
        return False
    led = start >= TWO and reading.words[start - TWO].plain in ("minha", "meu", "nossa", "nosso")
    return not (led and is_head(reading.words[start - 1].plain))


def of_part(reading: Reading, at: int, among: frozenset[str]) -> bool:
    """É de uma parte do negócio em `at` que se fala ("o motoboy da loja se chama …")?"""
    at -= at > 0 and reading.words[at - 1].plain in ("minha", "meu", "nossa", "nosso")
    return (
        at >= TWO and reading.words[at - 1].plain in ("da", "do") and reading.words[at - TWO].plain in among
    )


def says_firm(reading: Reading, at: int) -> bool:
    """Depois de dizer o ramo, diz-se o nome ("tenho uma clínica. É a Patinha Feliz")?"""
    if at < TWO + 1 or at + 1 >= len(reading.words) or reading.words[at].plain in GIVEN:
        return False
    led = reading.words[at - 1].plain in ARTICLES and reading.words[at - TWO].plain == "e"
    named = (
        led
        and reading.words[at - TWO - 1].text == BREAK
        and capital(reading, at)
        and capital(reading, at + 1)
    )
    return named and any(is_head(word.plain) for word in reading.words[: at - TWO])


def tells_how(reading: Reading, at: int, stop: int, end: int) -> bool:
    """Conta-se como vai o negócio de alguém ("o restaurante da dona zefa em arapiraca ta precisando")?"""
    told = [word.plain for word in reading.words[at + 1 : stop]]
    if len(told) < TWO or told[0] not in ("da", "do") or not (told[1] in _CALLED or told[1] in GIVEN):
        return False
    for i in range(stop, min(end, stop + SOON)):
        plain = reading.words[i].plain
        if plain in _GOES:
            return i + 1 < end and reading.words[i + 1].plain not in _USES
        if plain not in _WHERE and not begins(plain):
            return False
    return False


def after_person(reading: Reading, at: int, stop: int) -> int:
    """Onde começa a empresa de quem diz o nome todo ("Ana Paula da Bella Modas")."""
    run = person_at(reading, at)
    if (
        run.end - run.start < TWO
        or run.end + 1 >= stop
        or reading.words[run.end].plain not in ("da", "do", "na", "no")
    ):
        return at
    return run.end + 1 if any(is_firm(reading, i) for i in range(run.end + 1, stop)) else at
