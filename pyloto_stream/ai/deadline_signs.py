"""Um trecho que diz quando é o prazo de quem fala, ou é de outra coisa, ou já passou?

Promete decidir pelo que o trecho diz e pelas palavras da oração dele: "ano que vem" e "…, 8 meses" bastam-se;
"em março" pede quem o diga prazo; o que já houve, e o que conta coisas de outros, não é prazo.
"""

from pyloto_stream.ai.deadline_spans import EVENTS, SEASONS, When, has_left
from pyloto_stream.ai.lexicon import words
from pyloto_stream.ai.numerals import numbers_in
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading

NEAR = 3
CUE_BEFORE, CUE_AFTER = 10, 9
"""Até quantas palavras de um prazo está a que diz que ele o é ("pronto", "no ar")."""
MIN_PAST = 4
FIRM, WEAK = frozenset(("ate", "antes", "dentro", "daqui", "ainda")), frozenset(("pra", "para", "pro"))
CERTAIN, CUES = words("deadline_certain"), words("deadline_cues")
_CUES_AFTER, _CUES_NEAR = words("deadline_cues_after"), words("deadline_cues_near")
_OTHERS, _FILLERS = words("deadline_others"), words("deadline_fillers")
CALM = frozenset(("pressa", "calma", "correria", "sem", "flexivel", "tanto"))
_VAGUE_NOW = frozenset(("hoje", "agora", "logo", "ja", "amanha", "breve"))
_DAYS = frozenset(("segunda", "terca", "quarta", "quinta", "sexta", "sabado", "domingo"))
_SURE = frozenset(("prazo", "prazos", "deadline", "limite"))
_COMING = frozenset(("vem", "proximo", "proxima", "proximos", "proximas"))
_THIS = frozenset(("este", "esse", "neste", "nesse", "esta", "essa", "nesta", "nessa", "ainda"))
_WISHED = frozenset(("quero", "queria", "queremos", "queriamos", "preciso", "precisamos"))
"""Depois de uma data: "… e queríamos já"."""
_LED = _WISHED | {"precisava", "precisavamos", "precisaria", "precisariamos"}
"""Antes dela: "precisava que em junho já…"."""
_AHEAD = SEASONS | _COMING | _THIS | _DAYS
_PAST_ENDINGS = ("ei", "ou", "aram", "eram", "iram")
_NOT_PAST = frozenset(
    ("estou", "deram", "ficou", "marcou", "marquei", "combinei", "pensei", "pediu", "deixei", "quarteirao")
)


def told(reading: Reading, span: When) -> bool:
    """Sem pergunta, o trecho é um prazo, pelo que ele diz ou pelo que há à volta dele?"""
    said = [word.text for word in reading.words[span.start : span.end]]
    if said[0] == "tanto":
        return False
    if CERTAIN & {*said} or said[:2] in (["sem", "prazo"], ["sem", "data"]):
        return not _of_others(reading, span, certain=True)
    if _of_others(reading, span, certain=False):
        return False
    if said[0] in EVENTS or said[0] in SEASONS:  # "festa", "natal": pode ser o assunto, ou um lugar
        return cue(reading, span, near=False) > 0
    vague = not _VAGUE_NOW.isdisjoint(said)
    if alone(reading, span):
        return span.kind != "mark" or not vague or "ja" in said
    if span.kind == "mark" and (said[0] in ("antes", "depois") or vague):
        return said[0] in WEAK and "ja" in said
    return _opened(reading, span, said)


def _opened(reading: Reading, span: When, said: list[str]) -> bool:
    """O que abre o trecho, e o que há perto, dizem que é um prazo?"""
    if said[0] in FIRM:  # "de segunda até sexta" é um horário
        return not (_DAYS & {*said} and span.start and reading.words[span.start - 1].text in _DAYS)
    cued = cue(reading, span) > 0 and not {"hora", "horas"} & {*said}
    if said[0] in WEAK:
        return span.kind in ("date", "duration") or cued or not _AHEAD.isdisjoint(said)
    if said[0] == "em" and span.kind == "duration":
        return not _asked_of_us(reading, span)
    if not _THIS.isdisjoint(said):  # "quero acabar com isso neste semestre"
        start, _ = _clause(reading, span)
        cued = cued or not _WISHED.isdisjoint(word.text for word in reading.words[start : span.start])
    return cued or not _COMING.isdisjoint(said) or _left(reading, span)


def _left(reading: Reading, span: When) -> bool:
    """É o tempo que se tem ("temos 90 dias")?"""
    said = [word.text for word in reading.words]
    numbers = numbers_in(reading, span.start, span.end)
    return span.kind == "duration" and any(has_left(said, number) for number in numbers)


def alone(reading: Reading, span: When) -> bool:
    """A oração só diz o trecho ("…, 8 meses", "lá pra junho, se der")?"""
    start, end = _clause(reading, span)
    rest = [w.text for w in (*reading.words[start : span.start], *reading.words[span.end : end])]
    return all(word in _FILLERS for word in rest)


def calm(reading: Reading, span: When) -> bool:
    """O trecho não diz quando, só que não há pressa?"""
    return bool(CALM & {word.text for word in reading.words[span.start : span.end]})


def cue(reading: Reading, span: When, *, near: bool = True) -> int:
    """Há perto uma palavra que fala de prazo? 2 na mesma oração, 1 na mesma frase, 0 se não há."""
    first = span.start
    while first > max(0, span.start - CUE_BEFORE) and not reading.strong_break(first - 1):
        first -= 1
    if first and span.start == first and ":" in reading.words[first - 1].plain:  # "Prazo: noventa dias"
        first = max(0, first - 1 - NEAR)
    last = span.end
    while last < min(len(reading.words), span.end + CUE_AFTER) and not reading.strong_break(last):
        last += 1
    start, end = _clause(reading, span)
    close = (
        {word.text for word in reading.words[max(start, span.start - NEAR) : span.start]} if near else set()
    )
    wished = {word.text for word in reading.words[span.end : span.end + NEAR + 1]} if near else set()
    leads = {
        w.text for w in reading.words[max(start, span.start - NEAR) : span.start]
    }  # "queria que em maio já"
    before = [at for at in range(first, span.start) if _is(reading, at, CUES)]
    after = [at for at in range(span.end, last) if _is(reading, at, _CUES_AFTER)]
    own = (
        close & _CUES_NEAR
        or ("ja" in wished and not (_WISHED.isdisjoint(wished) and _LED.isdisjoint(leads)))
        or (near and any(word.text in _WISHED for word in reading.words[span.end : span.end + 1]))
        or any(at >= start for at in before)
        or any(at < end for at in after)
    )
    return 2 if own else 1 if before or after else 0


def _is(reading: Reading, at: int, listed: frozenset[str]) -> bool:
    word = reading.words[at]
    return word.text in listed or word.plain in listed


def _clause(reading: Reading, span: When) -> tuple[int, int]:
    """A oração do trecho."""
    start, end = span.start, span.end
    while start and reading.words[start - 1].text != BREAK:
        start -= 1
    while end < len(reading.words) and reading.words[end].text != BREAK:
        end += 1
    return start, end


def _of_others(reading: Reading, span: When, *, certain: bool) -> bool:
    """O trecho é do que já houve, ou de outra coisa ("comecei em março", "calcular 15 dias úteis")?"""
    start, end = _clause(reading, span)
    before = [word.text for word in reading.words[max(start, span.start - CUE_BEFORE) : span.start]]
    after = [word.text for word in reading.words[span.end : min(end, span.end + 2)]]
    if {"passado", "passada", "retrasado", "atras"} & {*after[:1]}:
        return True
    firm = reading.words[span.start].text in FIRM | WEAK
    if not firm and not certain and not _OTHERS.isdisjoint(before):
        return True
    if not _SURE.isdisjoint((*before, *after)):
        return False
    return not {*before[-NEAR:]} & CUES and not certain and any(_past(word) for word in before)


def _past(word: str) -> bool:
    """A palavra conta o que já houve ("comecei", "prometeram")?"""
    return len(word) > MIN_PAST and word.endswith(_PAST_ENDINGS) and word not in _NOT_PAST


def _asked_of_us(reading: Reading, span: When) -> bool:
    """Pergunta-se se nós o fazemos nesse prazo ("vcs entregam em 30 dias?")?"""
    said = [word.text for word in reading.words]
    start, _ = _clause(reading, span)
    asks = span.end < len(said) and "?" in reading.words[span.end].plain
    return asks and bool({"voces", "voce"} & {*said[start : span.start]})
