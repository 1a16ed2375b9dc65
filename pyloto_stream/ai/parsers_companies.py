"""Qual é o nome da empresa? O que vem depois de "se chama", ou as maiúsculas que um ramo ou um sinal anuncia.

Promete o nome como a pessoa o escreveu, sem a cidade nem o ramo dito em minúsculas; sem pergunta, só com um
sinal claro, e nunca a empresa em que a pessoa só trabalhou, nem a que todos conhecem.
"""

from pyloto_stream.ai.firm_answers import answered
from pyloto_stream.ai.firm_names import named, told
from pyloto_stream.ai.lower_firms import in_lower_case
from pyloto_stream.ai.reading import Reading
from pyloto_stream.ai.titled_firms import titled

_READERS = (told, named, titled, in_lower_case)


def company(reading: Reading, start: int, end: int, *, asked: bool) -> str:
    """O nome de uma empresa em `[start, end)`."""
    if asked:
        return answered(reading, start, end)
    return next(filter(None, (read(reading, start, end) for read in _READERS)), "")
