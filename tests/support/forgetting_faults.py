"""Um caminho ao Redis que falha, ou em que algo acontece, entre um passo do esquecimento e outro."""

from collections.abc import Awaitable, Callable
from typing import Any

from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.scripts import Op, Script


class Interrupted(Exception):  # noqa: N818 — o fim do processo, para quem esquece
    """O processo que esquecia acabou aqui."""


class Interrupting:
    """Um caminho ao Redis em que, antes do passo `at` (`onwards`: e dos seguintes), acontece `act`."""

    def __init__(
        self, gateway: Gateway, at: int, act: Callable[[], Awaitable[None]], *, onwards: bool = False
    ) -> None:
        self._gateway = gateway
        self._at = at
        self._act = act
        self._onwards = onwards
        self.partitions = gateway.partitions
        self.scan = gateway.scan
        self.steps = 0

    async def submit(self, script: Script, partition: int, op: Op, head: bytes = b"") -> Any:  # noqa: ANN401
        if self.steps == self._at or (self._onwards and self.steps > self._at):
            await self._act()
        self.steps += 1
        return await self._gateway.submit(script, partition, op, head)


class Repeating(Interrupting):
    """Um caminho em que a resposta de cada passo se perde: `act` acontece, e o passo chega outra vez."""

    def __init__(self, gateway: Gateway, act: Callable[[], Awaitable[None]]) -> None:
        super().__init__(gateway, 0, act, onwards=True)

    async def submit(self, script: Script, partition: int, op: Op, head: bytes = b"") -> Any:  # noqa: ANN401
        await self._gateway.submit(script, partition, op, head)
        return await super().submit(script, partition, op, head)
