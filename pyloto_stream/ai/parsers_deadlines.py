"""Para quando? Prazos como as pessoas os dizem: "até o fim do mês", "pra ontem", "dia 20", "sem pressa".

Promete as palavras da pessoa, sem o que só enche ("preciso", "para", "uns"), e o último dos prazos ditos ("em
março, não, em abril"). Sem pergunta, só o que se diz como prazo: nem a data de outra coisa, nem desde quando.
"""

from pyloto_stream.ai.deadline_spans import SEASONS, When, has_left, spans
from pyloto_stream.ai.lexicon import words
from pyloto_stream.ai.numerals import numbers_in
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading

MAX_PHRASE = 80
NEAR = 3
CUE_BEFORE, CUE_AFTER = 10, 7
"""Até quantas palavras de um prazo está a que diz que ele o é ("pronto", "no ar")."""
_FIRM, _WEAK = frozenset(("ate", "antes", "dentro", "daqui", "ainda")), frozenset(("pra", "para", "pro"))
_CERTAIN, _CUES = words("deadline_certain"), words("deadline_cues")
_CUES_AFTER = words("deadline_cues_after")
_KEPT = frozenset(("ontem", "ja", "agora", "hoje", "amanha"))
"""Com estas, "pra" fica: "pra ontem" é inteiro."""
_VAGUE_NOW = frozenset(("hoje", "agora", "logo", "ja", "amanha", "breve"))
_FILLS = frozenset(("uns", "umas", "cerca"))
_DAYS = frozenset(("segunda", "terca", "quarta", "quinta", "sexta", "sabado", "domingo"))


def deadline(reading: Reading, start: int, end: int) -> str:
    """Um prazo, com as palavras da pessoa."""
    unsure = reading.has("mark", "unsure")  # "não sei te dizer agora"
    found = [span for span in spans(reading, start, end) if not _denied(reading, span)]
    sure = [span for span in found if not unsure or _said_firmly(reading, span)]
    return _shown(reading, sure[-1]) if sure else ""


def deadline_said(reading: Reading, start: int, end: int) -> str:
    """O prazo que ninguém perguntou: só o que não pode ser outra coisa."""
    sure = [span for span in spans(reading, start, end) if _told(reading, span)]
    sure = [span for span in sure if not _denied(reading, span)]
    firm = [span for span in sure if reading.words[span.start].text in _FIRM]
    return _shown(reading, (firm or sure)[-1]) if sure else ""


def _said_firmly(reading: Reading, span: When) -> bool:
    """O trecho diz por si que é um prazo ("até …", "sem pressa")?"""
    said = {word.text for word in reading.words[span.start : span.end]}
    return reading.words[span.start].text in _FIRM | _WEAK or bool(_CERTAIN & said)


def _told(reading: Reading, span: When) -> bool:
    """Sem pergunta, o trecho é um prazo, pelo que ele diz ou pelo que há à volta dele?"""
    said = [word.text for word in reading.words[span.start : span.end]]
    if _CERTAIN & {*said}:
        return True
    if span.kind == "mark" and (said[0] in ("antes", "depois") or _VAGUE_NOW & {*said}):
        return said[0] in _WEAK and "ja" in said
    cued = _cued(reading, span) and not {"hora", "horas"} & {*said}
    before = reading.words[span.start - 1].text if span.start else BREAK
    if said[0] in _FIRM:
        hours = bool(_DAYS & {*said}) and before in _DAYS  # "de segunda até sexta"
        return not hours
    if said[0] in _WEAK:
        return span.kind in ("date", "duration") or cued or bool(SEASONS & {*said})
    if said[0] == "em" and span.kind == "duration":
        return not _asked_of_us(reading, span)
    left = span.kind == "duration" and any(
        has_left([w.text for w in reading.words], number)
        for number in numbers_in(reading, span.start, span.end)
    )
    return cued or left


def _cued(reading: Reading, span: When) -> bool:
    """Há perto, na mesma frase, uma palavra que fala de prazo?"""
    first = span.start
    while first > max(0, span.start - CUE_BEFORE) and not reading.strong_break(first - 1):
        first -= 1
    if first and span.start == first and ":" in reading.words[first - 1].plain:  # "Prazo: noventa dias"
        first = max(0, first - 1 - NEAR)
    last = span.end
    while last < min(len(reading.words), span.end + CUE_AFTER) and not reading.strong_break(last):
        last += 1
    before = any({word.text, word.plain} & _CUES for word in reading.words[first : span.start])
    return before or any({word.text, word.plain} & _CUES_AFTER for word in reading.words[span.end : last])


def _asked_of_us(reading: Reading, span: When) -> bool:
    """Pergunta-se se nós o fazemos nesse prazo ("vcs entregam em 30 dias?")?"""
    said = [word.text for word in reading.words]
    first = next((s for s, e in reading.clauses() if s <= span.start < e), 0)
    asks = span.end < len(said) and "?" in reading.words[span.end].plain
    return asks and bool({"voces", "voce"} & {*said[first : span.start]})


def _denied(reading: Reading, span: When) -> bool:
    """A pessoa diz que esse não serve ("março não dá")?"""
    after = [word.text for word in reading.words[span.end : span.end + 2]]
    return after[:1] == ["nao"] and after[1:] in (["da"], ["serve"], ["rola"], ["posso"], ["quero"], ["pode"])


def _shown(reading: Reading, span: When) -> str:
    """As palavras da pessoa, sem "para" nem "uns"."""
    start = span.start
    said = [word.text for word in reading.words[start : span.end]]
    if said[0] in _WEAK and not _KEPT & {*said}:
        start += 1
        while start < span.end - 1 and reading.words[start].text in ("o", "a", "os", "as"):
            start += 1
    pieces = [start]
    for at in range(start, span.end):
        if reading.words[at].text in _FILLS and at > start:
            pieces += [at, at + 1]
        elif reading.words[at].text in _FILLS:
            pieces = [at + 1]
    pieces.append(span.end)
    shown = " ".join(reading.original(*pair) for pair in zip(pieces[::2], pieces[1::2], strict=True))
    return " ".join(shown.split())[:MAX_PHRASE].strip()
