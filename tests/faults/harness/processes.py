"""Como o teste mata, congela e acorda um processo? Por um `Child`, que o zigoto iniciou e vigia."""

import asyncio
import os
import signal
import sys
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Self

import msgspec

from pyloto_stream.streams.embedded import die_with_parent
from tests.faults.harness.child import counts
from tests.faults.harness.orders import Notice, Order

if TYPE_CHECKING:
    from collections.abc import Callable

READY_S, END_S = 30.0, 30.0
_notices = msgspec.json.Decoder(Notice)
_encode = msgspec.json.Encoder().encode


class Child:
    """Um processo nosso. `reached` é armado quando ele chega ao ponto combinado; `ended` quando morre."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.pid = 0
        self.code: int | None = None
        self.public = ""
        self.started = asyncio.Event()
        self.ready = asyncio.Event()
        self.reached = asyncio.Event()
        self.stopped = asyncio.Event()
        self.ended = asyncio.Event()
        self.on_ready: Callable[[str], None] = lambda _: None
        self.on_end: Callable[[Child], None] = lambda _: None

    @property
    def counts(self) -> Counter[str]:
        """O que ele contou até agora, ou até morrer."""
        return counts(Path(self.order.counters))

    async def up(self) -> Self:
        """Espera que esteja pronto, ou que tenha morrido tentando."""
        waits = [asyncio.ensure_future(event.wait()) for event in (self.ready, self.ended)]
        try:
            done, _ = await asyncio.wait(waits, timeout=READY_S, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        assert done, f"{self.order.name} is neither ready nor dead"
        return self

    async def over(self) -> int:
        """Espera o fim e devolve o código de saída."""
        await asyncio.wait_for(self.ended.wait(), END_S)
        assert self.code is not None
        return self.code

    def signal(self, number: int) -> None:
        """Manda um sinal, se ainda vive."""
        if self.pid and self.code is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        """SIGKILL."""
        self.signal(signal.SIGKILL)

    def hear(self, notice: Notice) -> None:
        """Uma notícia deste processo chegou."""
        self.pid = notice.pid or self.pid
        match notice.event:
            case "started":
                self.started.set()
            case "ready":
                self.public = notice.public
                self.ready.set()
                self.on_ready(notice.public)
            case "reached":
                self.reached.set()
            case "stopped":
                self.stopped.set()
            case "exited":
                self.code = notice.code
                self.ended.set()
                self.on_end(self)


class Zygote:
    """O processo que os inicia."""

    def __init__(self) -> None:
        self._children: dict[int, Child] = {}
        self._process: asyncio.subprocess.Process | None = None
        self._listener: asyncio.Task[None] | None = None
        self._numbers = 0

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.faults.harness.zygote",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, preexec_fn=die_with_parent,
        )  # fmt: skip
        self._listener = asyncio.create_task(self._listen())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.close()
        await asyncio.wait_for(self._process.wait(), END_S)
        if self._listener is not None:
            await self._listener

    def next_number(self) -> int:
        """Número do próximo processo."""
        self._numbers += 1
        return self._numbers

    def start(self, order: Order) -> Child:
        """Pede um processo; ele começa logo, e `up` espera por isso."""
        assert self._process is not None
        assert self._process.stdin is not None
        child = self._children[order.number] = Child(order)
        self._process.stdin.write(_encode(order) + b"\n")
        return child

    async def _listen(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            notice = _notices.decode(line)
            self._children[notice.number].hear(notice)
            if notice.event == "exited":
                self._children.pop(notice.number)
