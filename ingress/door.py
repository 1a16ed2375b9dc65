"""Como muitos corpos entram de uma vez? Os que chegam na mesma volta do laço dividem uma tarefa.

Promete: um grupo é uma oferta ao executor; vai à parte quem precisa de mais, e passa outra vez quem não é
quem se supôs. De cada um, a sua própria sorte, dita uma vez. Uma falha é só de quem a traz, e ninguém espera
por quem ainda não chegou, nem por quem não tem um id em comum. Passam por aqui os dois caminhos, na ordem de
chegada à porta.
Limite: `tell` e `after` não podem levantar: os seguintes ficariam sem ouvir.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

from ingress.gathering import Gathering
from ingress.line import Turn, apart
from ingress.opened import Opened, Proven, Ready
from ingress.outcome import Taken
from ingress.taking import Taker

Outcome = Taken | Exception | None
"""O que foi feito de um corpo: o que se guardou ou recusou, um defeito, ou nada, se foi interrompido."""
Tell = Callable[[Outcome], None]
"""Ouve, uma vez, o que foi feito de um corpo."""

Waiting = tuple[Opened | Ready, Tell]


class Door:
    """Reúne o que chega junto, até `crowd` corpos, dá-o a `taker`, e diz a cada um o que foi feito dele.

    `after` é chamada depois de se ter dito a quem já tem resposta; pode ser mais de uma vez por grupo.
    """

    def __init__(self, taker: Taker, *, crowd: int, after: Callable[[], None]) -> None:
        self._taker = taker
        self._after = after
        self._gathering = Gathering(crowd, self._take, self._drop)

    def enter(self, proven: Proven, tell: Tell) -> "asyncio.Task[None]":
        """Põe `proven` no grupo que se forma; a tarefa é de todos eles, e chama cada `tell` uma vez."""
        return self._gathering.enter((proven, tell))

    async def pass_one(self, proven: Proven) -> Taken:
        """O que foi feito de `proven`, para quem o espera; quem desiste (na parada) interrompe o grupo.

        Raises:
            asyncio.CancelledError: o grupo foi interrompido.
            Exception: o defeito que o impediu.
        """
        told: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        task = self.enter(proven, partial(_settle, told))
        try:
            outcome = await told
        except asyncio.CancelledError:
            task.cancel()
            raise
        if isinstance(outcome, Taken):
            return outcome
        raise outcome or asyncio.CancelledError

    async def _take(self, arrived: Sequence[tuple[Proven, Tell]]) -> None:
        straight: list[Waiting] = []
        asking: list[tuple[Turn, Waiting]] = []
        for proven, tell in arrived:
            try:
                opened = self._taker.open(proven)
            except Exception as error:  # noqa: BLE001 - um defeito é só de quem o traz
                tell(error)
                continue
            if opened.turn is None or opened.supposed:
                straight.append((opened, tell))
            else:
                asking.append((opened.turn, (opened, tell)))
        if len(straight) + len(asking) < len(arrived):
            self._after()
        if asking:
            await self._pass_all([straight, *apart(asking)] if straight else apart(asking))
        elif straight:
            await self._pass(straight)

    def _drop(self, one: tuple[Proven, Tell]) -> None:
        _, tell = one
        tell(None)
        self._after()

    async def _pass_all(self, groups: Sequence[Sequence[Waiting]]) -> None:
        """Nenhum espera pelos outros; o primeiro sai já, antes que outro o ultrapasse. Termina com todos."""
        asking = asyncio.gather(*map(self._pass, groups[1:]))
        try:
            await self._pass(groups[0])
            await asyncio.shield(asking)  # interrompidos já, antes de começar, não diriam nada aos seus
        except asyncio.CancelledError:
            asking.cancel()
            with suppress(asyncio.CancelledError):
                await asking
            raise

    async def _pass(self, group: Sequence[Waiting]) -> None:
        outcomes: list[Outcome | Opened] = [None] * len(group)
        again: list[Waiting] = []
        try:
            outcomes[:] = await self._taker.take_all([opened for opened, _ in group])
        finally:
            for (_, tell), outcome in zip(group, outcomes, strict=True):
                if isinstance(outcome, Opened):
                    again.append((outcome, tell))
                else:
                    tell(outcome)
            self._after()
        if again:  # os outros já ouviram
            await self._pass(again)


def _settle(told: "asyncio.Future[Outcome]", outcome: Outcome) -> None:
    if not told.done():
        told.set_result(outcome)
