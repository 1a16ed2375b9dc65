"""Onde uma cadeia se rompe? Segue-a do início, nível por nível, e dá nome ao primeiro evento que não confere.

Puro, e em memória constante: de cada evento fica o que ainda pode ser continuado. Recebe os eventos na ordem
de `seq` (`Walk`), e depois, só se algo não fechou, em qualquer ordem (`Suspects`). Com uma bifurcação vale o
ramo que chega à ponta. Limite: vários estragos juntos são ditos pelo primeiro, e a causa pode ser outro.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import msgspec

from pyloto_stream.stores.chain import GENESIS, digest
from pyloto_stream.stores.paths import segment
from pyloto_stream.stores.ports import Document
from pyloto_stream.stores.values import JSON, Data

Break = Literal["", "changed", "missing_before", "missing_end", "unlinked", "head"]


class Verdict(msgspec.Struct, frozen=True):
    """A conferência. `events`: quantos estão íntegros desde o início; `broken`: o primeiro que não está.

    `why`: `changed` o evento foi alterado; `missing_before` falta o que vinha antes dele; `missing_end`
    faltam eventos depois dos `events` primeiros (`broken` é o último que a ponta conhece); `unlinked` não
    pertence à cadeia; `head` o documento da ponta falta ou não confere. `seq`: o lugar dele na cadeia, 0 se
    não tem.
    """

    events: int
    broken: str = ""
    why: Break = ""
    seq: int = 0

    @property
    def intact(self) -> bool:
        """A cadeia está inteira."""
        return not self.why


class Piece(NamedTuple):
    """O que a conferência usa de um evento. `seq` `None`: não é um número inteiro."""

    name: str
    seq: int | None
    prev: str
    hash: str
    sound: bool


class _Path(NamedTuple):
    """Um modo de seguir a cadeia até `seq`; `stray`: o primeiro evento que, sendo este o certo, sobra."""

    hash: str
    seq: int
    stray: Piece | None

    def beside(self, level: Sequence[Piece]) -> "_Path":
        """Nenhum deste nível o continua."""
        return self._replace(stray=self.stray or level[0])

    def onto(self, piece: Piece, level: Sequence[Piece]) -> "_Path":
        """`piece`, deste nível, o continua."""
        others = (other for other in level if other is not piece)
        return _Path(piece.hash, self.seq + 1, self.stray or next(others, None))


class Suspects:
    """De quem se desconfia quando a cadeia para em `after`; recebe todos os eventos, em ordem de id."""

    def __init__(self, after: str) -> None:
        self._after = after
        self.claimant: Piece | None = None
        """Diz vir logo depois de onde a cadeia para; o íntegro antes do alterado."""
        self.loose: Piece | None = None
        """Não tem lugar: `seq` falta ou não é um número."""

    def look(self, piece: Piece) -> None:
        """Considera um evento."""
        if piece.seq is None:
            self.loose = self.loose or piece
        if piece.prev == self._after and (self.claimant is None or (piece.sound and not self.claimant.sound)):
            self.claimant = piece


class Walk:
    """Uma caminhada do início à ponta `head`, que pode trazer onde a retenção deixou o início.

    `over`: o que ainda viria não muda o resultado.
    """

    def __init__(self, head: Data) -> None:
        self.over = False
        self._start = _number(head.get("start_seq"))
        self._paths = [_Path(str(head.get("start_hash", GENESIS)), self._start, None)]
        self._level: list[Piece] = []
        self.grow(head)

    def grow(self, head: Data) -> None:
        """A ponta, relida: a cadeia cresceu durante a conferência."""
        self._head = head
        self._target = str(head.get("hash"))
        self.head_seq = _number(head.get("seq"))

    def take(self, piece: Piece) -> None:
        """O próximo evento na ordem de `seq`, que tem."""
        if self._level and self._level[0].seq != piece.seq:
            self.close()
        if not self.over:
            self._level.append(piece)

    def close(self) -> None:
        """O nível em mãos está completo."""
        level, self._level = self._level, []
        if not level or self.over:
            return
        seq, expected = level[0].seq or 0, self._paths[0].seq + 1
        ended = [path for path in self._paths if path.hash == self._target]  # além da ponta nada pertence
        if not ended and seq == expected:
            by_hash = {path.hash: path for path in self._paths}
            grown = [by_hash[p.prev].onto(p, level) for p in level if p.sound and p.prev in by_hash]
            if grown:
                self._paths = grown
                return
        self._paths = [path.beside(level) for path in ended or self._paths]
        self.over = seq >= expected

    @property
    def last(self) -> str:
        """Resumo do último evento que se ligou."""
        return self._path.hash

    @property
    def events(self) -> int:
        """Quantos se ligaram, desde o início."""
        return self._path.seq - self._start

    def damaged(self, name: str) -> Verdict:
        """O veredito quando um evento gravado já nem se lê."""
        return Verdict(self.events, name, "changed", self._path.seq + 1)

    def verdict(self, suspects: Suspects | None = None) -> Verdict:
        """O resultado do que se viu até aqui, com todos os níveis completos."""
        path, count = self._path, self.events
        claimant, loose = (suspects.claimant, suspects.loose) if suspects else (None, None)
        stray = path.stray or loose
        if path.hash == self._target:
            if stray:
                return Verdict(count, stray.name, "unlinked", stray.seq or 0)
            if path.seq == self.head_seq:
                return Verdict(count)
            return Verdict(count, self._end, "head", self.head_seq)
        if claimant:
            return Verdict(count, claimant.name, "changed", path.seq + 1)
        if stray is None:
            return Verdict(count, self._end, "missing_end", self.head_seq)
        why: Break = "changed"
        if stray.sound:
            why = "unlinked" if (stray.seq or 0) <= path.seq else "missing_before"
        return Verdict(count, stray.name, why, stray.seq or 0)

    @property
    def _path(self) -> _Path:
        return next((path for path in self._paths if path.hash == self._target), self._paths[0])

    @property
    def _end(self) -> str:
        return str(self._head.get("event_id", ""))


def piece(document: Document) -> Piece:
    """O que se confere de um evento gravado; íntegro: não mudou, e está no lugar que o seu id manda."""
    data = document.data
    event_id, seq = str(data.get("event_id") or "?"), data.get("seq")
    placed = segment(event_id) == document.id
    return Piece(
        name=event_id if placed else document.id,
        seq=seq if type(seq) is int else None,
        prev=str(data.get("prev_hash")),
        hash=str(data.get("hash")),
        sound=placed and _unchanged(data),
    )


def _unchanged(data: Data) -> bool:
    try:
        return digest(data) == data.get("hash")
    except (TypeError, ValueError):  # um tipo que só o banco conhece: não fomos nós que o gravamos
        return False


def _number(value: JSON) -> int:
    return value if isinstance(value, int) else 0
