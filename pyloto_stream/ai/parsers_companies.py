"""Qual é o nome da empresa? O que vem depois de "se chama", ou as maiúsculas que um ramo ou um sinal anuncia.

Promete o nome como a pessoa o escreveu, sem a cidade nem o ramo dito em minúsculas; sem pergunta, só com um
sinal claro, e nunca a empresa em que a pessoa só trabalhou, nem a que todos conhecem.
"""

from pyloto_stream.ai.firm_answers import answered
from pyloto_stream.ai.firm_beside import named_beside
from pyloto_stream.ai.firm_names import named, told
from pyloto_stream.ai.firm_signals import another
from pyloto_stream.ai.firm_teams import joined
from pyloto_stream.ai.lower_firms import in_lower_case
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading
from pyloto_stream.ai.titled_firms import titled

MAX_WORDS = 6
_REGISTERED = frozenset(("ltda", "eireli", "epp"))


def registered(reading: Reading, start: int, end: int) -> str:
    """O nome que abre a mensagem e acaba no tipo de sociedade ("comercial bezerra ltda")."""
    stop = next((i for i in range(start + 1, end) if reading.words[i].plain in _REGISTERED), 0)
    first = max((m.end for m in reading.found("gesture", "greeting") if m.start == start), default=start)
    first += first < stop and reading.words[first].text in (BREAK, "a", "o")
    broken = any(word.text == BREAK for word in reading.words[first:stop])
    if not 0 < stop - first <= MAX_WORDS or broken or another(reading, first, stop):
        return ""
    return reading.original(first, stop + 1)


_READERS = (told, named, named_beside, titled, registered, joined, in_lower_case)


def company(reading: Reading, start: int, end: int, *, asked: bool) -> str:
    """O nome de uma empresa em `[start, end)`."""
    if asked:
        return answered(reading, start, end)
    return reading.once(_said, start, end)


def _said(reading: Reading, start: int, end: int) -> str:
    return next(filter(None, (read(reading, start, end) for read in _READERS)), "")
