"""Para quando? Prazos como as pessoas os dizem: "até o fim do mês", "pra ontem", "dia 20", "sem pressa".

Promete as palavras da pessoa, sem o que só enche ("preciso", "para", "uns"), e o último dos prazos ditos ("em
março, não, em abril"). Sem pergunta, só o que se diz como prazo: nem a data de outra coisa, nem desde quando.
"""

from collections.abc import Sequence

from pyloto_stream.ai.deadline_signs import CERTAIN, FIRM, WEAK, calm, cue, told
from pyloto_stream.ai.deadline_spans import When, spans
from pyloto_stream.ai.reading import Reading

MAX_PHRASE = 80
_KEPT = frozenset(("ontem", "ja", "agora", "hoje", "amanha"))
"""Com estas, "pra" fica: "pra ontem" é inteiro."""
_WHEN = frozenset(("date", "duration"))
_TURNS = frozenset(("digamos", "minto", "alias", "melhor"))
_FILLS = frozenset(("uns", "umas", "cerca"))


def deadline(reading: Reading, start: int, end: int) -> str:
    """Um prazo, com as palavras da pessoa."""
    unsure = reading.has("mark", "unsure")  # "não sei te dizer agora"
    found = [span for span in spans(reading, start, end) if not _denied(reading, span)]
    sure = [span for span in found if not unsure or _said_firmly(reading, span)]
    dated = [span for span in sure if not calm(reading, span)]
    return _shown(reading, _surest(reading, dated or sure)) if sure else ""


def deadline_said(reading: Reading, start: int, end: int) -> str:
    """O prazo que ninguém perguntou: só o que não pode ser outra coisa."""
    sure = [span for span in spans(reading, start, end) if told(reading, span)]
    sure = [span for span in sure if not _denied(reading, span)]
    sure = [span for span in sure if not calm(reading, span)] or sure
    turned = [span for at, span in enumerate(sure) if at and _turns(reading, sure[at - 1], span)]
    sure = sure[sure.index(turned[-1]) :] if turned else sure
    firm = [span for span in sure if reading.words[span.start].text in FIRM]
    near = [span for span in sure if cue(reading, span) > 1]
    if near and all(span.kind == "mark" for span in near):  # "preciso urgente, pra sexta"
        near = [span for span in sure if span.kind == "date"] or near
    return _shown(reading, _surest(reading, firm or near or sure)) if sure else ""


def _turns(reading: Reading, first: When, then: When) -> bool:
    """Entre os dois, diz-se que vale o segundo ("pra semana que vem… digamos pra daqui a três meses")?"""
    return not _TURNS.isdisjoint(word.text for word in reading.words[first.end : then.start])


def _surest(reading: Reading, found: Sequence[When]) -> When:
    """O último; mas uma data diz mais do que o que acontece nela ("em novembro, na inauguração")."""
    last = found[-1]
    plain = last.kind == "event" and reading.words[last.start].text not in FIRM
    return next((span for span in reversed(found) if span.kind in _WHEN), last) if plain else last


def _said_firmly(reading: Reading, span: When) -> bool:
    """O trecho diz por si que é um prazo ("até …", "sem pressa")?"""
    said = {word.text for word in reading.words[span.start : span.end]}
    return reading.words[span.start].text in FIRM | WEAK or bool(CERTAIN & said)


def _denied(reading: Reading, span: When) -> bool:
    """A pessoa diz que esse não serve ("março não dá")?"""
    after = [word.text for word in reading.words[span.end : span.end + 2]]
    return after[:1] == ["nao"] and after[1:] in (["da"], ["serve"], ["rola"], ["posso"], ["quero"], ["pode"])


def _shown(reading: Reading, span: When) -> str:
    """As palavras da pessoa, sem "para" nem "uns"."""
    start = span.start
    said = [word.text for word in reading.words[start : span.end]]
    if said[0] in WEAK and not _KEPT & {*said}:
        start += 1
        while start < span.end - 1 and reading.words[start].text in ("o", "a", "os", "as"):
            start += 1
    limit = [word.text for word in reading.words[max(0, start - 3) : start]] == ["em", "no", "maximo"]
    pieces = [start - 3, start - 2, start] if limit else [start]  # "em no máximo 60 dias"
    for at in range(start, span.end):
        if reading.words[at].text in _FILLS and at > start:
            pieces += [at, at + 1]
        elif reading.words[at].text in _FILLS:
            pieces = [at + 1]
    pieces.append(span.end)
    shown = " ".join(reading.original(*pair) for pair in zip(pieces[::2], pieces[1::2], strict=True))
    return " ".join(shown.split())[:MAX_PHRASE].strip()
