"""A empresa que se citou é a de outro? "Igual ao da clínica", "a firma que fez meu site", "a escola dele".

Promete só olhar em volta, até onde se diz de quem é; o que é "meu", "nosso" ou "daqui" nunca é de outro.
"""

from pyloto_stream.ai.lexicon import words
from pyloto_stream.ai.reading import Reading

_OTHERS, MINE = words("client_others"), words("client_mine")
_DONE, _SEEK = words("client_done"), words("client_seek")
_HIRED = frozenset(("uma", "outra", "outro", "duas", "tres", "essa", "dessa"))
_DONE_TO_US = _DONE - {"quer", "queria", "precisa"}
_US = frozenset(("voces", "voce"))
_KIN = frozenset(("filha", "filho", "menina", "menino", "neta", "neto", "crianca"))
_SCHOOLS = frozenset(("escola", "faculdade", "colegio", "creche", "curso", "bazar"))
_TO_SCHOOL = frozenset(("na", "no", "da", "do", "pra", "para"))
_RELATIVE = frozenset(("onde", "que", "voces", "atendem"))
BACK, KIN_BACK = 6, 10


def of_another(reading: Reading, start: int, end: int) -> bool:
    """O que está em volta das palavras `[start, end)` diz que são de outro?"""
    return _before(reading, start, end) or _after(reading, start, end) or _of_school(reading, start, end)


def _before(reading: Reading, start: int, end: int) -> bool:
    """Por exemplo: "parecido com o da", "me indicou foi a", "app pra comparar", "vocês atendem empresas"."""
    several = reading.words[end - 1].plain.endswith("s") and reading.words[end - 1].plain != "haras"
    for at in range(start - 1, max(-1, start - 1 - BACK), -1):
        word = reading.words[at].text
        if reading.strong_break(at) or word in MINE or word == "mas":
            return False
        if word in _OTHERS or word in _SEEK or (several and word in _RELATIVE):
            return True
    return False


def _after(reading: Reading, start: int, end: int) -> bool:
    """Por exemplo: "que fez meu site", "me cobrou 50 mil", "onde comprei", "que vocês fizeram"."""
    after = [word.text for word in reading.words[end : end + 2]]
    if len(after) < 2:
        return False
    if after[0] == "que":
        return after[1] in _DONE or after[1] in _US
    if after[0] == "onde":
        return after[1].endswith("ei") or after[1] == "fui"
    hired = start > 0 and reading.words[start - 1].plain in _HIRED
    return hired and after[0] in _DONE_TO_US


def _of_school(reading: Reading, start: int, end: int) -> bool:
    """É onde estuda um filho?"""
    if not start or reading.words[start].plain not in _SCHOOLS:
        return False
    near = (*range(max(0, start - KIN_BACK), start), *range(end, min(len(reading.words), end + 3)))
    kin = any(reading.words[at].plain in _KIN for at in near)
    return kin and reading.words[start - 1].plain in _TO_SCHOOL
