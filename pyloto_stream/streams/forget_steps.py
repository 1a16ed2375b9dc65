"""Que passos apagam do Redis uma conversa, e em que ordem? Cada um é uma chamada que se pode repetir.

Promete: enquanto os passos andam, os portões dela estão fechados em nome de quem esquece; um passo que já não
os tem fechados nada faz. Quem os encadeia é `forget.py`.
"""

import asyncio
import secrets
from collections import Counter, defaultdict
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import suppress
from typing import Any

import msgspec

from pyloto_stream.errors import UnavailableError
from pyloto_stream.streams import keys
from pyloto_stream.streams.aliases import ALIAS_TTL_MS
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.ledger import LEDGER_TTL_MS
from pyloto_stream.streams.model import Lane
from pyloto_stream.streams.scripts import Blobs, Script

PAGE = 500
BYTES = 1024 * 1024
RETRY_S = (0.1, 0.5, 2.0)
"""Esperas de um passo que não teve resposta; somadas, menos que `HOLD_S`."""


class Severed(msgspec.Struct, frozen=True):
    """O corte, já feito.

    `at_ms`: quando; `numbers`: por faixa, o maior turno de antes dele; `erased`: quanto já saiu; `told`:
    vetores JSON dos eventos que as faixas pedidas tinham em curso ou à espera.
    """

    at_ms: int
    numbers: Mapping[str, int]
    erased: int
    told: tuple[bytes, ...]


class LapsedError(Exception):
    """Os portões já não esperam por este esquecimento: começa-se outro."""


class Attempt:
    """Um esquecimento, do fechar ao abrir dos portões."""

    def __init__(
        self,
        gateway: Gateway,
        lanes: Mapping[str, Lane],
        conversation: str,
        identifiers: Sequence[bytes],
        hold_s: float,
        counted: Counter[str],
    ) -> None:
        self._gateway = gateway
        self._home = keys.partition_of(conversation, gateway.partitions)
        self._elsewhere: dict[str, object] = {"c": conversation}
        self._lanes = [(lane.name, lane.stages[0]) for lane in lanes.values()]
        self._held: dict[str, object] = {
            "c": conversation, "x": secrets.token_hex(8), "hold": int(hold_s * 1000), "ls": self._lanes,
        }  # fmt: skip
        self._identifiers = Blobs(identifiers) or None
        self._counted = counted

    async def sever(self, witness: Sequence[str], told: list[bytes]) -> Severed:
        """Fecha os portões e tira tudo. `told` recebe os eventos das faixas `witness`.

        Raises:
            LapsedError: os portões abriram-se no meio.
            UnavailableError: o Redis não respondeu.
        """
        at_ms, numbers = await self._hold(witness, told)
        await self._timers()
        for partition, name in sorted(await self._keys()):
            await self._entries(partition, name)
        lanes = (name for name, _ in self._lanes)
        return Severed(
            at_ms, dict(zip(lanes, numbers, strict=True)), sum(self._counted.values()), tuple(told)
        )

    async def while_held(self, work: Coroutine[None, None, None], every_s: float) -> None:
        """Espera por `work` sem que os portões se abram.

        Raises:
            LapsedError: abriram-se; `work` foi interrompido.
        """
        task = asyncio.create_task(work)
        try:
            while not (await asyncio.wait([task], timeout=every_s))[0]:
                await self._take("sends", self._home, "sends", i=None, ttl=LEDGER_TTL_MS)
            await task
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def finish(self) -> None:
        """Abre os portões ao que chegou depois.

        Raises:
            LapsedError: já se tinham aberto.
        """
        await self._take("paces", self._home, "finish")

    async def _hold(self, witness: Sequence[str], told: list[bytes]) -> tuple[int, list[int]]:
        op = self._held | {"k": "hold", "ttl": LEDGER_TTL_MS, "w": list(witness)}
        while True:
            state, *rest = await self._submit(self._home, op)
            if state == b"held":
                break
            await asyncio.sleep(min(rest[0], 500) / 1000)
        *counts, at_ms, numbers, events = rest
        for kind, number in zip(("conversations", "events", "tokens", "paces"), counts, strict=True):
            self._counted[kind] += number
        told += events
        return at_ms, numbers

    async def _timers(self) -> None:
        for orphans in (0, 1):  # os corpos, e depois o que está no conjunto sem corpo
            cursor: bytes | None = None
            while cursor != b"0":
                at = cursor or b"0"
                (cursor,) = await self._take("timers", self._home, "timers", at=at, n=PAGE, z=orphans)

    async def _keys(self) -> set[tuple[int, bytes]]:
        """Uma volta por todos os nomes: apaga envios e apelidos, e devolve as filas a percorrer."""
        walked: set[tuple[int, bytes]] = set()
        async for page in self._gateway.scan("[ados]*", PAGE):
            sends: list[bytes] = []
            aliases: defaultdict[int, list[bytes]] = defaultdict(list)
            for partition, name in page:
                kind, _, rest = name.partition(b":")
                if kind == b"alias":
                    aliases[partition].append(rest)
                elif kind == b"send" and partition == self._home:
                    sends.append(rest)
                elif self._holds_entries(partition, kind):
                    walked.add((partition, name))
            # também sem nenhum: é o que mantém os portões fechados
            ids = Blobs(sends) or None
            asked = [self._take("sends", self._home, "sends", i=ids, ttl=LEDGER_TTL_MS)]
            asked += [
                self._take("aliases", partition, "aliases", i=Blobs(names), ttl=ALIAS_TTL_MS)
                for partition, names in aliases.items()
            ]
            for failed in await asyncio.gather(*asked, return_exceptions=True):
                if isinstance(failed, BaseException):
                    raise failed
        return walked

    def _holds_entries(self, partition: int, kind: bytes) -> bool:
        if partition == self._home:
            return kind in {b"stream", b"dead", b"out"}
        return kind == b"dead" and bool(self._identifiers)

    async def _entries(self, partition: int, name: bytes) -> None:
        kind = {b"stream": "tokens", b"dead": "dead", b"out": "published"}[name.partition(b":")[0]]
        first, last, more = b"-", b"", 1
        while more:
            first, last, more = await self._take(
                kind, partition, "entries", q=name, a=first, b=last, n=PAGE, bytes=BYTES, w=self._identifiers
            )

    async def _take(self, kind: str, partition: int, step: str, **op: object) -> list[Any]:
        """Um passo: conta em `kind` o que saiu e devolve o resto da resposta."""
        base = self._held if partition == self._home else self._elsewhere
        told, *rest = await self._submit(partition, {**base, "k": step, **op})
        if told == b"lost":
            raise LapsedError
        self._counted[kind] += rest[0]
        return list(rest[1:])

    async def _submit(self, partition: int, op: dict[str, object]) -> Any:  # noqa: ANN401 — ver Gateway
        """Um passo; insiste enquanto os portões ainda esperam por ele, pois repeti-lo é seguro."""
        for wait_s in RETRY_S:
            with suppress(UnavailableError):
                return await self._gateway.submit(Script.FORGET, partition, op)
            await asyncio.sleep(wait_s)
        return await self._gateway.submit(Script.FORGET, partition, op)
