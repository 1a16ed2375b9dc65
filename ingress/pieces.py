"""E se o pedido de sempre chega aos pedaços? Guarda-se o que veio, por pouco tempo, até estar inteiro.

Promete: custo linear no que chega, qualquer que seja o corte: nenhum byte se procura de novo, e os cabeçalhos
só se leem uma vez, completos. Nunca guarda mais que `MAX_HEAD`, o corpo anunciado e a última leitura. Limite:
quanto tempo se espera é de quem guarda (`short.py`).
"""

from collections.abc import Callable
from enum import Enum, auto

import msgspec

MAX_HEAD = 4096
"""Bytes de cabeçalhos; o aiohttp aceita mais."""

BLANK = b"\r\n\r\n"
"""Onde acabam os cabeçalhos."""


class Head(msgspec.Struct, frozen=True, gc=False):
    """O que se usa dos cabeçalhos: tomam `size` bytes e se completaram em `started` (`perf_counter`)."""

    size: int
    length: int
    signature: str
    correlation_id: str
    started: float


class Whole(msgspec.Struct, frozen=True, gc=False):
    """Um pedido inteiro, sem sobra; `data` são os bytes dele, como vieram."""

    head: Head
    body: bytes
    data: bytes


class Sight(Enum):
    """O que se vê no que ainda não é um pedido de sempre."""

    UNFINISHED = auto()
    """Ainda pode vir a ser."""
    UNUSUAL = auto()
    """Já não pode: é do caminho normal, com tudo o que se guardava (`clear`)."""


class Pieces:
    """Os pedaços de um pedido que começa por `start`; `read` lê cabeçalhos completos (`None`: incomuns)."""

    __slots__ = ("_head", "_read", "_start", "held")

    def __init__(self, start: bytes, read: Callable[[bytes], Head | None]) -> None:
        self._start = start
        self._read = read
        self._head: Head | None = None
        self.held: bytes | bytearray = b""
        """O que se guarda; só para ver: quem o muda é `add` e `clear`."""

    def add(self, data: bytes) -> Whole | Sight:
        """Junta `data` ao que se guarda e diz o que já se tem; de um pedido inteiro, nada fica guardado."""
        held, head, searched = self.held, self._head, 0
        if held:
            searched = max(0, len(held) - len(BLANK) + 1)
            held = held if isinstance(held, bytearray) else bytearray(held)
            held += data  # cresce no lugar: senão cada pedaço copiaria todos os anteriores
        else:  # quase sempre o único: não se copia
            held = data
        self.held = held
        if head is None:
            if not (held.startswith(self._start) or self._start.startswith(held)):
                return Sight.UNUSUAL
            blank = held.find(BLANK, searched, MAX_HEAD)
            if blank < 0:
                return Sight.UNFINISHED if len(held) < MAX_HEAD else Sight.UNUSUAL
            self._head = head = self._read(bytes(held[: blank + len(BLANK)]))
            if head is None:
                return Sight.UNUSUAL
        missing = head.size + head.length - len(held)
        if missing:
            return Sight.UNFINISHED if missing > 0 else Sight.UNUSUAL
        self.held, self._head = b"", None
        whole = bytes(held)
        return Whole(head, whole[head.size :], whole)

    def clear(self) -> bytes:
        """Tudo o que se guardava, na ordem; depois, nada se guarda."""
        held, self.held, self._head = bytes(self.held), b"", None
        return held
