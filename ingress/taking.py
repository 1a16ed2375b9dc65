"""O que se faz de um corpo provado? Lê-se, acha-se de quem é cada parte, e guarda-se tudo ou se diz que não.

Promete: os de uma mesma chamada dividem uma ida à tabela de apelidos e uma ao executor, e cada um tem a sua
própria sorte. Assinado, nada é recusado por ilegível; em dúvida sobre a gravação, 503 com `Retry-After`.
"""

import asyncio
from collections.abc import Callable, Sequence

from ingress.identities import Identities
from ingress.intake import Update, updates_of
from ingress.line import Line
from ingress.outcome import Opened, Proven, Taken, Tally, refused, taken
from ingress.people import Keys, ids_of
from ingress.ports import Acceptance, IngressMetrics, UpdateResult
from pyloto_stream.clock import Clock
from pyloto_stream.errors import TransientError, UnavailableError
from pyloto_stream.whatsapp.webhook import read

Arrived = Callable[[str, int], None]
"""Conta mensagens que entraram por um número nosso: a Meta as soma às que saem."""

_BEHIND = UnavailableError("whoever was ahead did not enter", code="behind_refused")
"""Quem vem atrás de uma recusa também se recusa: reenviados, entram na ordem, e ninguém espera duas vezes."""

_RESULTS: tuple[UpdateResult, UpdateResult] = ("duplicate", "new")


Offered = tuple[Sequence[Update], Sequence[bool] | TransientError]
"""O que se ofereceu de um corpo, e o que se ouviu."""


class Taker:
    """Lê e guarda corpos."""

    def __init__(
        self,
        acceptance: Acceptance,
        identities: Identities,
        metrics: IngressMetrics,
        clock: Clock,
        arrived: Arrived,
    ) -> None:
        self._acceptance = acceptance
        self._identities = identities
        self._metrics = metrics
        self._clock = clock
        self._arrived = arrived
        self._line = Line()

    def open(self, proven: Proven) -> Opened:
        """Lê um corpo provado.

        Quem chama o faz na ordem de chegada, e depois chama `take_all`, com todos ou com os de cada lista de
        `line.apart`: sem isso, os ids dele ficam presos na fila.
        """
        batch = read(proven.body)
        keys = self._identities.remembered(batch)
        if keys is not None and (self._line.empty or not self._line.holds(ids_of(batch))):
            return Opened(proven, batch, keys)
        turn = self._line.join(ids_of(batch))
        return Opened(proven, batch, None, turn, None if turn.ahead else self._identities.supposed(batch))

    async def take_all(self, opened: Sequence[Opened]) -> list[Taken | Exception]:
        """Guarda corpos, juntos; de cada um, o que se fez ou o defeito que o impediu.

        O que não se guardou é uma recusa.
        """
        turns = [one.turn for one in opened if one.turn is not None]
        if not turns:
            return await self._tried(opened)
        try:
            if not await self._line.wait(turns):
                return [refused(_BEHIND, one) for one in opened]
            taken = await self._tried(opened)
            for one, told in zip(opened, taken, strict=True):
                if one.turn is not None:
                    self._line.leave([one.turn], entered=isinstance(told, Taken) and told.refused is None)
            return taken
        finally:
            self._line.leave(turns, entered=False)

    async def _tried(self, opened: Sequence[Opened]) -> list[Taken | Exception]:
        try:
            return [*await self._together(opened)]
        except TransientError as error:
            if len(opened) == 1:
                return [refused(error, opened[0])]
        except Exception as error:  # noqa: BLE001 - quem pede decide o que dizer de um defeito
            if len(opened) == 1:
                return [error]
        # um servidor fora do ar, ou um defeito, é só de quem o traz
        alone = await asyncio.gather(*(self.take_all([one]) for one in opened))
        return [taken for (taken,) in alone]

    async def _together(self, opened: Sequence[Opened]) -> list[Taken]:
        # quem esperou não supõe: enganado, o que veio atrás dele na mesma lista entraria antes
        offered = await self._offered(opened, [one.keys or one.supposed for one in opened])
        if others := [n for n, (_, told) in enumerate(offered) if _is_another(told)]:
            told_again = await self._asked([opened[n] for n in others])
            for n, again in zip(others, told_again, strict=True):
                offered[n] = again
        tally = Tally()
        done = [taken(one, *each, tally) for one, each in zip(opened, offered, strict=True)]
        for number, n in tally.arrived.items():  # antes: repetido, nada mais seria novo
            self._arrived(number, n)
        for (kind, new), n in tally.updates.items():
            self._metrics.update(kind, _RESULTS[new], n)
        return done

    async def _offered(self, opened: Sequence[Opened], keys: Sequence[Keys | None]) -> list[Offered]:
        """O que se ofereceu de cada corpo, e o que se ouviu; onde não há `keys`, pergunta-se antes."""
        asking = [one.batch for one, known in zip(opened, keys, strict=True) if known is None]
        found = iter(await self._identities.keys_of_each(asking) if asking else ())
        whose = [known or next(found) for known in keys]
        at_ms = self._clock()
        updates = [
            updates_of(one.batch, known, at_ms, one.proven.correlation_id)
            for one, known in zip(opened, whose, strict=True)
        ]
        told = await self._acceptance.accept_each([[offer for _, offer in made] for made in updates])
        for one, known, each in zip(opened, whose, told, strict=True):
            if one.keys is None and not isinstance(each, TransientError):
                self._identities.confirmed(known)
        return list(zip(updates, told, strict=True))

    async def _asked(self, opened: Sequence[Opened]) -> list[Offered]:
        """Como `_offered`, de quem não tem a conversa suposta; o que os vizinhos ouviram já não muda."""
        try:
            return await self._offered(opened, [None] * len(opened))
        except TransientError as error:
            return [([], error)] * len(opened)


def _is_another(told: Sequence[bool] | TransientError) -> bool:
    return isinstance(told, TransientError) and told.code == "another_person"
