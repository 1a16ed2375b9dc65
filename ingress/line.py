"""E se uma pessoa escreve outra vez antes de a primeira mensagem entrar? A segunda espera atrás dela.

Quem se conhece entra numa só ida, e as idas seguem a ordem; quem não se conhece, ou teve outro nome, precisa
de mais uma antes, e nela alguém o passaria à frente. Promete: o que chega a este processo com um mesmo id
entra na ordem em que chegou, precise cada parte das idas que precisar. Limite: vale por processo.
"""

import asyncio
from collections.abc import Iterable, Sequence

import msgspec


class Turn(msgspec.Struct, frozen=True, eq=False):
    """A vez de quem entrou na fila com `ids`: acaba com `over`, e só começa quando acabam as de `ahead`."""

    ids: frozenset[str]
    ahead: tuple[asyncio.Event, ...]
    over: asyncio.Event


class Line:
    """Quem precisa de mais do que uma ida, até entrar; por id, a última vez."""

    def __init__(self) -> None:
        self._last: dict[str, Turn] = {}

    @property
    def empty(self) -> bool:
        """Não há ninguém?"""
        return not self._last

    def holds(self, ids: Iterable[str]) -> bool:
        """Alguém com um destes ids está na fila?"""
        return not self._last.keys().isdisjoint(ids)

    def join(self, ids: Iterable[str]) -> Turn:
        """A vez de quem tem `ids`, atrás de quem já está na fila com algum deles."""
        mine = frozenset(ids)
        ahead = {self._last[each].over: None for each in mine if each in self._last}
        turn = Turn(mine, tuple(ahead), asyncio.Event())
        self._last |= dict.fromkeys(mine, turn)
        return turn

    async def wait(self, turns: Sequence[Turn]) -> None:
        """Espera por quem está à frente de `turns`; entre si não esperam: entram juntos, e na ordem."""
        own = {turn.over for turn in turns}
        for ahead in {event: None for turn in turns for event in turn.ahead if event not in own}:
            await ahead.wait()

    def leave(self, turns: Iterable[Turn]) -> None:
        """Entraram, ou não entrarão; repetir não faz mal."""
        for turn in turns:
            turn.over.set()
            for each in turn.ids:
                if self._last.get(each) is turn:
                    del self._last[each]
