"""Quem substitui quem morre? Um posto de trabalho, com um ocupante por vez."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tests.faults.harness.orders import Crash
from tests.faults.harness.processes import Child

if TYPE_CHECKING:
    from tests.faults.harness.run import Run

STARTS = 5
"""Inícios sem êxito, seguidos, que um posto aguenta: quem não consegue iniciar não insiste para sempre."""


class Post:
    """Um posto de trabalho: um processo por vez. `plans`: as quedas combinadas, uma lista por ocupante."""

    def __init__(
        self, run: "Run", stages: Sequence[str], plans: Sequence[Sequence[Crash]], script: str
    ) -> None:
        self._run = run
        self._stages = tuple(stages)
        self._plans = [tuple(plan) for plan in plans]
        self._script = script
        self.children: list[Child] = []
        self.kept = True
        self._unstarted = 0
        self._hire()

    @property
    def child(self) -> Child:
        """O ocupante atual."""
        return self.children[-1]

    def _hire(self) -> None:
        crashes = self._plans.pop(0) if self._plans else ()
        child = self._run.launch(self._stages, crashes, self._script)
        child.on_end = self._ended
        self.children.append(child)

    def _ended(self, child: Child) -> None:
        self._run.note(f"{child.order.name} ended with {child.code}")
        # só quem sai com 1 não conseguiu: também o vigia do laço, com um prazo curto numa máquina ocupada
        self._unstarted = 0 if child.ready.is_set() or child.code != 1 else self._unstarted + 1
        if self.kept and self._unstarted < STARTS:
            self._hire()
