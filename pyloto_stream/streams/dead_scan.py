"""Como se percorrem muitos mortos sem parar o servidor nem encher a memória? Página por página, por tempo.

Promete: os mais antigos primeiro, de todas as partições e etapas; só o que já estava morto quando a procura
começou; na memória ficam cerca de `BUFFER_BYTES`, e mais um morto por partição e etapa, por maior que seja.
"""

import asyncio
import heapq
from collections import deque
from collections.abc import AsyncGenerator, Iterable, Sequence

import msgspec

from pyloto_stream.streams import keys
from pyloto_stream.streams.dead import DeadLetter, LetterId, Search
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.scripts import Script

PAGE = 100
BUFFER_BYTES = 16 * 1024 * 1024
CONTENT = ("s", "p", "original", "body")
"""O que só interessa a quem pede um morto inteiro: estado, carga, eventos antes das emendas, webhook."""


class Page(msgspec.Struct, frozen=True, array_like=True):
    """Uma resposta de `dead_page.lua`."""

    rows: list[list[object]]
    more: bool
    last: str
    ever: int


async def scan(
    gateway: Gateway, search: Search, stages: Sequence[str], *, without: Sequence[str] = CONTENT
) -> AsyncGenerator[DeadLetter, None]:
    """Os mortos de `search`, por tempo. `stages`: onde procurar se ela não diz; `without`: o que não vem.

    Raises:
        UnavailableError: Redis fora do ar.
    """
    partitions: Sequence[int] = range(gateway.partitions)
    if search.conversation:
        partitions = (keys.partition_of(search.conversation, gateway.partitions),)
    places = [(p, stage) for p in partitions for stage in search.stages or stages]
    share = max(1, BUFFER_BYTES // max(1, len(places)))
    cursors = [_Cursor(gateway, place, search, share, without) for place in places]
    await asyncio.gather(*(cursor.fill() for cursor in cursors))
    heap = [(cursor.rows[0].id, n) for n, cursor in enumerate(cursors) if cursor.rows]
    heapq.heapify(heap)
    while heap:
        _, n = heap[0]
        letter = cursors[n].rows.popleft()
        await cursors[n].fill()
        if cursors[n].rows:
            heapq.heapreplace(heap, (cursors[n].rows[0].id, n))
        else:
            heapq.heappop(heap)
        if search.accepts(letter):
            yield letter


async def fetch(
    gateway: Gateway, letter_id: LetterId, *, without: Sequence[str] = CONTENT
) -> DeadLetter | None:
    """Um morto pelo nome; `None` se não está lá.

    Raises:
        UnavailableError: Redis fora do ar.
    """
    if letter_id.partition >= gateway.partitions:
        return None
    page = await _page(gateway, (letter_id.partition, letter_id.stage), letter_id.entry, letter_id.entry,
                       1, 1, without)  # fmt: skip
    return DeadLetter.of(letter_id.partition, letter_id.stage, page.rows[0]) if page.rows else None


async def named(
    gateway: Gateway, ids: Iterable[LetterId], search: Search, *, without: Sequence[str] = CONTENT
) -> AsyncGenerator[DeadLetter, None]:
    """Os mortos `ids` que ainda estão lá e satisfazem `search`, na ordem dada.

    Raises:
        UnavailableError: Redis fora do ar.
    """
    for letter_id in ids:
        letter = await fetch(gateway, letter_id, without=without)
        if letter is not None and search.accepts(letter):
            yield letter


async def ever_buried(gateway: Gateway, stages: Sequence[str]) -> int:
    """Quantos já morreram em `stages`, desde sempre; a diferença entre duas perguntas são os novos.

    Raises:
        UnavailableError: Redis fora do ar.
    """
    places = [(p, stage) for p in range(gateway.partitions) for stage in stages]
    pages = await asyncio.gather(*(_page(gateway, place, "-", "+", 0, 1, ()) for place in places))
    return sum(page.ever for page in pages)


class _Cursor:
    """Onde a procura está num dos streams; `rows` são os próximos."""

    def __init__(
        self,
        gateway: Gateway,
        place: tuple[int, str],
        search: Search,
        share: int,
        without: Sequence[str],
    ) -> None:
        self.rows: deque[DeadLetter] = deque()
        self._gateway = gateway
        self._place = place
        self._share = share
        self._without = without
        self._next = str(search.since_ms)
        self._last = "+" if search.until_ms is None else str(search.until_ms)
        self._bounded = search.until_ms is not None
        self._more = True

    async def fill(self) -> None:
        """Busca a próxima página, se não há mais nada à mão."""
        if self.rows or not self._more:
            return
        page = await _page(
            self._gateway, self._place, self._next, self._last, PAGE, self._share, self._without
        )
        self.rows.extend(DeadLetter.of(*self._place, row) for row in page.rows)
        self._more = page.more and bool(self.rows)
        if self.rows:
            self._next = f"({self.rows[-1].id.entry}"
        if not self._bounded:
            self._last, self._bounded = page.last, True


async def _page(
    gateway: Gateway,
    place: tuple[int, str],
    first: str,
    last: str,
    count: int,
    size: int,
    without: Sequence[str],
) -> Page:
    partition, stage = place
    op = {"s": stage, "a": first, "b": last, "n": count, "bytes": size, "drop": list(without)}
    rows, more, newest, ever = await gateway.submit(Script.DEAD_PAGE, partition, op)
    return Page(rows, bool(more), newest.decode(), ever)
