"""Quem esquece uma pessoa no meio de uma rodada: o comando de verdade, que para à porta e pode morrer."""

import asyncio
import signal
from pathlib import Path

import msgspec

from pyloto_stream.records.forget import ForgetReport
from tests.faults.harness.orders import Order
from tests.faults.harness.processes import END_S, Child
from tests.faults.harness.run import Run

_report = msgspec.json.Decoder(ForgetReport)


class Forgetter:
    """Um `privacy forget` de `user_key`, que espera `wait_s` por quem tem algo em mãos."""

    def __init__(self, run: Run, user_key: str, wait_s: int) -> None:
        number = run.zygote.next_number()
        words = ("privacy", "forget", user_key, "--yes", "--json", "--wait", str(wait_s))
        name = f"forget-{number}"
        self._log = str(run.folder / f"{name}.log")
        order = Order(
            number, name, {**run.environ, "LOGNAME": "carla"}, run.redis_url, self._log,
            str(run.folder / f"{name}.counters"), script="hesitant", command=words,
        )  # fmt: skip
        self._run = run
        self.child: Child = run.zygote.start(order)
        run.children.append(self.child)

    async def at_the_door(self) -> None:
        """Espera que saiba quem é, e ainda nada tenha feito."""
        await asyncio.wait_for(self.child.stopped.wait(), END_S)

    def go(self) -> None:
        """A partir daqui, pode cortar."""
        self._run.note(f"{self.child.order.name} goes")
        self.child.signal(signal.SIGCONT)

    async def over(self) -> int:
        """Espera o fim; o código de saída."""
        code = await self.child.over()
        self._run.note(f"{self.child.order.name} ended with {code}")
        return code

    @property
    def report(self) -> ForgetReport:
        """O que contou."""
        return _report.decode(Path(f"{self._log}.out").read_bytes())
