"""E se uma pessoa escreve outra vez antes de a primeira mensagem entrar? A segunda espera atrás dela.

Quem já se conhece entra numa só ida, e as idas saem na ordem. Quem é novo entra numa conversa que se supôs;
se é outra, ou se já teve outro nome, precisa de mais, e nesse meio uma mensagem posterior poderia passar à
frente. Promete: o que chega a este processo com um mesmo id entra na ordem em que chegou, ou se recusa; quem
não tem id em comum não espera.
Limite: vale por processo. Um status de um envio que não está no livro precisa de outra ida, e outro status
pode passar-lhe à frente.
"""

import asyncio
from collections.abc import Iterable, Sequence
from typing import TypeVar

import msgspec

T = TypeVar("T")


class Turn(msgspec.Struct, frozen=True, eq=False):
    """A vez de quem está na fila com `ids`: só começa quando terminam todas as de `ahead`.

    `over` termina com `True` se entrou, `False` se não.
    """

    ids: frozenset[str]
    ahead: "tuple[asyncio.Future[bool], ...]"
    over: "asyncio.Future[bool]"


class Line:
    """Quem é novo, ou precisa de mais de uma ida, até entrar. Guarda, de cada id, a vez do último da fila."""

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
        turn = Turn(mine, tuple(ahead), asyncio.get_running_loop().create_future())
        self._last |= dict.fromkeys(mine, turn)
        return turn

    async def wait(self, turns: Sequence[Turn]) -> bool:
        """Espera por quem está à frente de `turns`, que entre si não se esperam; diz se todos entraram."""
        own = {turn.over for turn in turns}
        ahead = {over for turn in turns for over in turn.ahead if over not in own}
        if ahead:
            await asyncio.wait(ahead)
        return all(over.result() for over in ahead)

    def leave(self, turns: Iterable[Turn], *, entered: bool) -> None:
        """Termina a vez de quem entrou ou desistiu; repetir não tem efeito."""
        for turn in turns:
            self._end(turn, entered=entered)

    def _end(self, turn: Turn, *, entered: bool) -> None:
        waiting = next((over for over in turn.ahead if not over.done()), None)
        if waiting is not None:
            # desistiu antes da sua vez: quem vem atrás continua a esperar pelos da frente
            waiting.add_done_callback(lambda _over: self._end(turn, entered=False))
        elif not turn.over.done():
            turn.over.set_result(entered)
            for each in turn.ids:
                if self._last.get(each) is turn:
                    del self._last[each]


def apart(found: Iterable[tuple[Turn, T]]) -> list[list[T]]:
    """Os que podem ir juntos: numa lista, quem não espera; nas outras, quem espera e os de trás dele."""
    free: list[T] = []
    lists = [free]
    place: dict[asyncio.Future[bool], list[T]] = {}
    for turn, one in found:
        theirs = [place.get(over) for over in turn.ahead]
        mine = free
        if theirs:
            mine = theirs[0] or []
            if any(each is not mine for each in theirs):  # espera por alguém que não está aqui, ou por dois
                lists.append(mine := [])
        mine.append(one)
        place[turn.over] = mine
    return [each for each in lists if each]
