"""Como se apaga do Redis uma conversa em curso? Fecham-se os portões, tira-se o que é velho, e abrem-se.

Promete: desde o primeiro passo, quem tem um turno dela o perdeu e nada do que já existia volta; o que chega
depois espera pelo fim e é conversa nova, de números maiores; nenhum passo percorre mais que uma página; morto
ou interrompido em qualquer ponto, repetir leva ao mesmo fim, e sem repetir os portões se abrem em `HOLD_S`.
Limite: percorre os nomes de todas as chaves uma vez; o que um trabalhador já faz fora do Redis não se desfaz.
"""

import asyncio
import secrets
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
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

HOLD_S = 15.0
"""Quanto os portões esperam pelo próximo passo: mais que a pior pausa de um processo vivo."""
PAGE = 500
BYTES = 1024 * 1024
TRIES = 5
RETRY_S = (0.1, 0.5, 2.0)
"""Esperas de um passo que não teve resposta; somadas, menos que `HOLD_S`."""


class Forgotten(msgspec.Struct, frozen=True):
    """Quanto saiu, por tipo.

    `conversations`: registros, um por faixa; `events`: os que esperavam; `tokens`: turnos na fila, em mãos ou
    estacionados; `dead`: mortos; `sends`: linhas do livro; `published`: entradas de filas de saída;
    `aliases`: nomes; `paces`: ritmos.
    """

    conversations: int = 0
    events: int = 0
    tokens: int = 0
    timers: int = 0
    dead: int = 0
    sends: int = 0
    published: int = 0
    aliases: int = 0
    paces: int = 0

    @property
    def total(self) -> int:
        """Quanto, de tudo."""
        return sum(msgspec.structs.astuple(self))


async def forget(
    gateway: Gateway,
    lanes: Mapping[str, Lane],
    conversation: str,
    *,
    identifiers: Sequence[bytes] = (),
    hold_s: float = HOLD_S,
) -> Forgotten:
    """Apaga `conversation` das faixas `lanes` (todas as da instalação) e da tabela de apelidos.

    `identifiers`: como a Meta escreve a pessoa (telefone, ids); saem também os mortos que não são de conversa
    nenhuma e trazem um deles. Se outro processo a esquece agora, espera que termine.

    Raises:
        ValueError: nome ou identificador vazio.
        UnavailableError: o Redis não respondeu, ou este processo parou por mais que `hold_s` vezes demais;
            o que saiu, saiu, e repetir termina.
    """
    if not conversation or not all(identifiers):
        raise ValueError("nobody has an empty name")
    counted: Counter[str] = Counter()
    for _ in range(TRIES):
        attempt = _Attempt(gateway, lanes, conversation, identifiers, hold_s, counted)
        try:
            await attempt.run()
        except _LapsedError:
            continue
        return Forgotten(**counted)
    raise UnavailableError("the gates opened before the end", code="forget_interrupted")


class _LapsedError(Exception):
    """Os portões já não esperam por este esquecimento: começa-se outro."""


class _Attempt:
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
        self._held: dict[str, object] = {
            "c": conversation, "x": secrets.token_hex(8), "hold": int(hold_s * 1000),
            "ls": [(lane.name, lane.stages[0]) for lane in lanes.values()],
        }  # fmt: skip
        self._identifiers = Blobs(identifiers) or None
        self._counted = counted

    async def run(self) -> None:
        """Todos os passos.

        Raises:
            _LapsedError: os portões abriram-se no meio.
            UnavailableError: o Redis não respondeu.
        """
        await self._hold()
        await self._timers()
        for partition, name in sorted(await self._keys()):
            await self._entries(partition, name)
        await self._take("paces", self._home, "finish")

    async def _hold(self) -> None:
        op = self._held | {"k": "hold", "ttl": LEDGER_TTL_MS}
        while True:
            told, *rest = await self._submit(self._home, op)
            if told == b"held":
                break
            await asyncio.sleep(min(rest[0], 500) / 1000)
        for kind, number in zip(("conversations", "events", "tokens", "paces"), rest, strict=True):
            self._counted[kind] += number

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
            raise _LapsedError
        self._counted[kind] += rest[0]
        return list(rest[1:])

    async def _submit(self, partition: int, op: dict[str, object]) -> Any:  # noqa: ANN401 — ver Gateway
        """Um passo; insiste enquanto os portões ainda esperam por ele, pois repeti-lo é seguro."""
        for wait_s in RETRY_S:
            with suppress(UnavailableError):
                return await self._gateway.submit(Script.FORGET, partition, op)
            await asyncio.sleep(wait_s)
        return await self._gateway.submit(Script.FORGET, partition, op)
