"""O que se diz de cada horário citado: que está livre, tomado, negado, ou que é de outra coisa?

Promete um sentido por horário, pelo verbo da oração dele; sem verbo nenhum, está livre: quem só cita um
horário oferece-o.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading
from pyloto_stream.ai.shift_mentions import Mention
from pyloto_stream.ai.shift_signs import Sign, signs, spoken
from pyloto_stream.ai.shift_words import SURE, TURNS, Sense

_BUT = frozenset(("menos", "exceto", "salvo", "tirando", "fora"))
_SAME = frozenset(("tambem", "idem"))


class _Piece(NamedTuple):
    """Uma oração `[start, end)` e os sinais dela, por posição; `apart` se começa outra frase."""

    start: int
    end: int
    apart: bool
    signs: tuple[Sign, ...]


def senses(reading: Reading, found: Sequence[Mention]) -> list[Sense]:
    """O sentido de cada um dos horários `found`."""
    said = spoken(reading)
    told_signs = signs(reading, said, found)
    pieces = list(_pieces(reading, said, told_signs, found))
    told: list[Sense] = []
    for mention in found:
        at = next(i for i, piece in enumerate(pieces) if piece.start <= mention.start < piece.end)
        told.append(_sense(said, pieces, at, mention, found, told))
    return told


def _pieces(
    reading: Reading, said: Sequence[str], told: Sequence[Sign], found: Sequence[Mention]
) -> Iterator[_Piece]:
    """As orações: entre pausas, palavras que viram a frase, e "e" com um verbo de cada lado."""
    ends = {mention.end for mention in found}
    inside = {at for mention in found for at in range(mention.start, mention.end)}
    start = 0
    for at in [*range(len(said)), len(said)]:
        if at < len(said) and (at in inside or not _splits(reading, said, at, start, told, ends)):
            continue
        if at > start:
            apart = said[start] == BREAK and reading.strong_break(start)
            yield _Piece(start, at, apart, tuple(sign for sign in told if start <= sign[0] < at))
        start = at


def _splits(
    reading: Reading,
    said: Sequence[str],
    at: int,
    start: int,
    told: Sequence[Sign],
    ends: set[int],
) -> bool:
    word = said[at]
    following = said[at + 1 : at + 2]
    if (
        (word == BREAK and reading.words[at].plain != ":")
        or word in TURNS
        or (word == "que" and (at in ends or following == ["e"]))
    ):
        return True
    if (word == "por" and following == ["que"]) or (word == "e" and following == ["eu"]):
        return True
    if word != "e":
        return False
    stop = next((i for i in range(at + 1, len(said)) if said[i] == BREAK or said[i] in TURNS), len(said))
    return any(start <= i < at for i, _ in told) and any(at < i < stop for i, _ in told)


def _sense(
    said: Sequence[str],
    pieces: Sequence[_Piece],
    at: int,
    mention: Mention,
    found: Sequence[Mention],
    told: Sequence[Sense],
) -> Sense:
    piece = pieces[at]
    if said[mention.start - 2 : mention.start] == ["nada", "de"] or _BUT & {
        *said[max(piece.start, mention.start - 2) : mention.start]
    }:
        return "denied"
    after = said[mention.end : mention.end + 2]
    if (
        after[:1] == ["nem"]
        or (after[:1] == ["nao"] and after[1:] in ([], [BREAK]))
        or after == ["que", "nao"]
    ):
        return "denied"
    if _reasons(said, piece) and not any(said[i] in SURE for i, _ in piece.signs):
        return "busy"
    if not piece.signs:
        return _alone(said, pieces, at, found, told)
    return _nearest(piece, mention, next(m for m in found if piece.start <= m.start < piece.end))


def _nearest(piece: _Piece, mention: Mention, first: Mention) -> Sense:
    """O sinal que vale para `mention`: o de antes; ou o de depois, se os horários vêm antes dos verbos."""
    earlier = [sign for i, sign in piece.signs if i < mention.start]
    later = [sign for i, sign in piece.signs if i >= mention.start]
    if not earlier or (later and first.start < piece.signs[0][0]):
        return (later or earlier)[0]
    return earlier[-1]


def _reasons(said: Sequence[str], piece: _Piece) -> bool:
    """A oração diz por quê ("que de tarde o sol castiga"), e não o que ("que é de manhã")?"""
    opens = said[piece.start : piece.start + 2]
    return opens[:1] in (["porque"], ["pois"], ["por"]) or (
        opens[:1] == ["que"] and opens[1:] not in (["e"], ["eu"])
    )


def _alone(
    said: Sequence[str],
    pieces: Sequence[_Piece],
    at: int,
    found: Sequence[Mention],
    told: Sequence[Sense],
) -> Sense:
    """Sem verbo na oração: o de antes, se a ele se junta ("porteiro, turno da noite"), ou livre."""
    piece, previous = pieces[at], pieces[at - 1] if at else None
    if told and _SAME & {*said[piece.start : piece.end]}:
        return told[-1]
    if previous is None or not previous.signs or piece.apart:
        return "free"
    shared = any(previous.start <= m.start < previous.end for m in found)
    last = previous.signs[-1][1]
    if said[previous.start] in ("quando", "enquanto") or any(sign == "free" for _, sign in previous.signs):
        return "free"
    if shared and last in ("busy", "denied", "other") and said[piece.start : piece.start + 2] == [BREAK, "e"]:
        return last
    return last if not shared and last == "busy" and said[piece.start] == BREAK else "free"
