"""Por quem se fala, quando nenhuma opção se cita? "P.J.", "ainda não abri firma", "é pro TCC da minha filha".

Promete só o que vale por si, sem olhar ramos; o nome da empresa e o ramo são de `client_signs`.
"""

from collections.abc import Sequence

from pyloto_stream.ai.phrases import BREAK, Match
from pyloto_stream.ai.reading import Reading, Tag

INDIVIDUAL = "Pessoa física"
REACH, AFTER = 3, 10
_STUDIES = frozenset(("tcc", "monografia", "dissertacao", "mestrado", "doutorado", "tese"))
_FOR_STUDY = frozenset(("meu", "minha", "pro", "defesa", "projeto", "parte", "pesquisa"))
_SCHOOLS = frozenset(("faculdade", "universidade", "escola", "curso"))
_OPENED = frozenset(("abri", "abrimos", "registrei", "formalizei", "regularizei", "constitui"))
_REGISTERS = frozenset(("firma", "empresa", "cnpj", "mei"))
_REGISTERED = frozenset(("registrado", "formalizado", "regularizado", "registro"))
_PAIR, _OWN = "pf", frozenset(("mesmo", "mesma", "msm", "sou", "e"))
_NOT, _TURNS = frozenset(("nao", "n", "num", "nem")), frozenset(("mas", "porem"))


def told_otherwise(reading: Reading, found: Sequence[Match[Tag]], business: str) -> str:
    """A opção que se diz sem o seu nome; `found` são as citadas, e `business` a de uma empresa."""
    plain = [word.plain for word in reading.words]
    if not found and (said := _initials(plain, business)):
        return said
    if not _STUDIES.isdisjoint(plain) and _for_study(plain) and all(_school(plain, m) for m in found):
        return INDIVIDUAL
    if not found and _unregistered(reading, plain):
        return INDIVIDUAL
    return INDIVIDUAL if _turns(plain, found) else ""


def _initials(plain: Sequence[str], business: str) -> str:
    """As iniciais da opção ("P.F.", "P. J.")."""
    letters = [word for word in plain if word.isalnum() and word not in _OWN]
    if len(letters) != len(_PAIR) or letters[0] != "p" or plain[1] != ".":
        return ""
    return {"f": INDIVIDUAL, "j": business}.get(letters[1], "")


def _for_study(plain: Sequence[str]) -> bool:
    """O que se pede é para um estudo de quem fala, ou de alguém seu ("minha defesa do mestrado")?"""
    return any(
        word in _STUDIES and not _FOR_STUDY.isdisjoint(plain[max(at - REACH, 0) : at])
        for at, word in enumerate(plain)
    )


def _school(plain: Sequence[str], match: Match[Tag]) -> bool:
    """O que se citou é só onde se estuda ("o tcc da faculdade")?"""
    before = plain[match.start - 1] if match.start else ""
    return match.payload.value == INDIVIDUAL or (
        plain[match.start] in _SCHOOLS and before in ("da", "na", "de")
    )


def _unregistered(reading: Reading, plain: Sequence[str]) -> bool:
    """Ainda não se abriu empresa ("ainda não abri firma", "sem nada registrado")?"""
    for at, word in enumerate(plain):
        if word in _OPENED and at and plain[at - 1] in _NOT:
            return not _REGISTERS.isdisjoint(plain[at + 1 : at + 1 + REACH])
        if word in _REGISTERED and (plain[at - 1] == "sem" or plain[max(at - 2, 0) : at] == ["sem", "nada"]):
            return not any(one.text == BREAK for one in reading.words[max(at - 2, 0) : at])
    return False


def _turns(plain: Sequence[str], found: Sequence[Match[Tag]]) -> bool:
    """Trabalha-se numa empresa, "mas é pra mim"?"""
    turn = next((at for at, word in enumerate(plain) if word in _TURNS), 0)
    if not turn or not any(m.start < turn for m in found) or "trabalho" not in plain[:turn]:
        return False
    after = [m for m in found if m.start > turn]
    own = any(
        word == "mim" and plain[at - 1] in ("pra", "para")
        for at, word in enumerate(plain[turn : turn + AFTER], turn)
    )
    return own and all(m.payload.value == INDIVIDUAL for m in after)
