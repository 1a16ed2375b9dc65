"""O que se faz de um corpo provado? Lê-se, acha-se de quem é cada parte, e guarda-se tudo ou se diz que não.

Promete: os de uma mesma chamada dividem uma ida ao executor e, só os de quem é preciso perguntar, uma antes à
tabela de apelidos; cada um tem a sua própria sorte. Limite: quem não é quem se supôs volta, por guardar.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence

import msgspec

from ingress.identities import Identities
from ingress.intake import offers_of
from ingress.line import Line, Turn
from ingress.opened import Opened, Proven, Ready
from ingress.outcome import Taken, Tally, refused, settled, settled_text
from ingress.people import Keys, Place, ids_of
from ingress.plain import ready_of
from ingress.ports import Acceptance, IngressMetrics, Offer, UpdateResult
from pyloto_stream.clock import Clock
from pyloto_stream.errors import TransientError, UnavailableError
from pyloto_stream.whatsapp.identity import Person
from pyloto_stream.whatsapp.webhook import decoded, read, read_decoded

Arrived = Callable[[str, int], None]
"""Conta mensagens que entraram por um número nosso: a Meta as soma às que saem."""

_BEHIND = UnavailableError("whoever was ahead did not enter", code="behind_refused")
"""Quem vem atrás de uma recusa também se recusa: reenviados, entram na ordem, e ninguém espera duas vezes."""

_RESULTS: tuple[UpdateResult, UpdateResult] = ("duplicate", "new")


Done = Taken | Opened | Exception
"""O que se fez de um corpo: o que se guardou ou recusou, um defeito, ou nada ainda: a conversa é outra."""


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

    def open(self, proven: Proven) -> Opened | Ready:
        """Lê um corpo provado; um texto sem ninguém à frente volta já com a oferta feita (`plain.py`).

        Quem chama o faz na ordem de chegada, e depois chama `take_all`, com todos ou com os de cada lista de
        `line.apart`: sem isso, os ids dele ficam presos na fila.
        """
        webhook = decoded(proven.body)
        place_of = self._identities.place if self._line.empty else self._place_if_free
        ready = None if webhook is None else ready_of(webhook, place_of, self._clock(), proven)
        if ready is not None:
            return self._in_line(ready) if ready.place.names else ready
        batch = read_decoded(webhook, proven.body)
        keys = self._identities.remembered(batch)
        if keys is not None and (self._line.empty or not self._line.holds(keys.identities())):
            return Opened(proven, batch, keys)
        ids = ids_of(batch)
        supposed = None if self._line.holds(ids) else self._identities.supposed(batch)
        return Opened(proven, batch, None, self._line.join(ids), supposed)

    def _place_if_free(self, person: Person) -> Place | None:
        return None if self._line.holds(person.identities()) else self._identities.place(person)

    def _in_line(self, ready: Ready) -> Ready:
        return msgspec.structs.replace(ready, turn=self._line.join(ready.person.identities()))

    async def take_all(self, opened: Sequence[Opened | Ready]) -> list[Done]:
        """Guarda corpos, juntos; de cada um, o que se fez ou o defeito que o impediu.

        O que não se guardou é uma recusa. Quem não é quem se supôs volta aberto outra vez, ainda na sua vez:
        quem chama o dá de novo a `take_all`, logo.
        """
        turns = [one.turn for one in opened if one.turn is not None]
        if not turns:
            return await self._tried(opened)
        again: set[Turn] = set()
        try:
            if not await self._line.wait(turns):
                return [refused(_BEHIND, one) for one in opened]
            done = await self._tried(opened)
            again = {told.turn for told in done if isinstance(told, Opened) and told.turn is not None}
            for one, told in zip(opened, done, strict=True):
                if one.turn is not None and one.turn not in again:
                    self._line.leave([one.turn], entered=isinstance(told, Taken) and told.refused is None)
            return done
        finally:
            self._line.leave([turn for turn in turns if turn not in again], entered=False)

    async def _tried(self, opened: Sequence[Opened | Ready]) -> list[Done]:
        try:
            return await self._together(opened)
        except TransientError as error:
            if len(opened) == 1:
                return [refused(error, opened[0])]
        except Exception as error:  # noqa: BLE001 - quem pede decide o que dizer de um defeito
            if len(opened) == 1:
                return [error]
        # um servidor fora do ar, ou um defeito, é só de quem o traz
        alone = await asyncio.gather(*(self.take_all([one]) for one in opened))
        return [done for (done,) in alone]

    async def _together(self, opened: Sequence[Opened | Ready]) -> list[Done]:
        # quem esperou não supõe: enganado, o que veio atrás dele na mesma lista entraria antes
        asking = [one.batch for one in opened if isinstance(one, Opened) and not (one.keys or one.supposed)]
        found = await self._identities.keys_of_each(asking) if asking else ()
        told = await self._acceptance.accept_each(_offers(opened, iter(found), self._clock()))
        tally = Tally()
        done: list[Done] = []
        for one, each in zip(opened, told, strict=True):
            if isinstance(each, TransientError):
                done.append(self._not_taken(one, each))
            elif isinstance(one, Ready):
                if one.place.names:
                    self._identities.confirmed(one.person, one.place)
                done.append(settled_text(one, each[0], tally))
            else:
                if one.supposed:
                    for person, place in one.supposed.people.items():
                        self._identities.confirmed(person, place)
                done.append(settled(one, each, tally))
        for number, n in tally.arrived.items():  # antes: repetido, nada mais seria novo
            self._arrived(number, n)
        for (kind, new), n in tally.updates.items():
            self._metrics.update(kind, _RESULTS[new], n)
        return done

    @staticmethod
    def _not_taken(one: Opened | Ready, error: TransientError) -> Taken | Opened:
        if one.supposed and error.code == "another_person":
            batch = read(one.proven.body) if isinstance(one, Ready) else one.batch
            return Opened(one.proven, batch, None, one.turn)
        return refused(error, one)


def _offers(opened: Sequence[Opened | Ready], found: Iterator[Keys], at_ms: int) -> list[Sequence[Offer]]:
    """As de cada corpo; `found`: as chaves de quem foi preciso perguntar."""
    offers: list[Sequence[Offer]] = []
    for one in opened:
        if isinstance(one, Ready):
            offers.append((one.item,))
        else:
            keys = one.keys or one.supposed or next(found)
            offers.append(offers_of(one.batch, keys, at_ms, one.proven.correlation_id))
    return offers
