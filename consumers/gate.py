"""Esta resposta pode sair agora? O canal não está parado, e chegou a vez dela.

Quem espera volta pela fila de temporizadores, com a vez que já tem; nenhum trabalhador fica parado por isso.
Limite: o que a Meta disse do canal pode estar atrasado (ver `ChannelStore`); quem recusa é ela.
"""

import asyncio
import time
from typing import Protocol

import msgspec
from loguru import logger

from consumers.drafts import Draft
from consumers.outbound_plans import held, waiting
from pyloto_stream.errors import OverloadedError, UnavailableError
from pyloto_stream.stores.channels import ChannelState
from pyloto_stream.streams.ledger import Ruling, SendLedger
from pyloto_stream.streams.model import Snooze, Turn
from pyloto_stream.streams.pace import SHORT_MS, Pacer, Slot, Turnstile
from pyloto_stream.whatsapp.client import ThrottledError
from pyloto_stream.whatsapp.error_codes import PAIR_RATE

CALM_MS = 1000
"""O mínimo que se espera depois de uma recusa por pressa, se a Meta não diz quanto."""
PAUSED_MS = 30_000
"""De quanto em quanto tempo se olha se um canal parado voltou."""


class Channels(Protocol):
    """Quem sabe o que a Meta disse de cada número."""

    async def state(self, phone_number_id: str) -> ChannelState:
        """O que vale agora para um número."""


class Counters(Protocol):
    """Quem conta esperas e recusas por pressa."""

    def paced(self, seconds: float) -> None:
        """Uma resposta esperou `seconds` pela sua vez."""

    def throttled(self, code: int) -> None:
        """A Meta recusou um envio por pressa."""


class Gate:
    """O portão dos envios. `channels` `None`: nada se sabe dos canais, e todos estão abertos."""

    def __init__(self, pacer: Pacer, counters: Counters, channels: Channels | None = None) -> None:
        self._pacer = pacer
        self._counters = counters
        self._channels = channels
        self._blind_since: float | None = None

    async def begin(self, turn: Turn, ready: Draft, ledger: SendLedger) -> Snooze | Ruling:
        """É a vez desta resposta? O que manda o livro, escrito só então; senão, quando voltar, e com que vez.

        Raises:
            OverloadedError: code `channel_paused`; os outros números seguem.
            LostError: a entrada já não é deste processo.
            UnavailableError: o Redis não respondeu.
        """
        number, slot, resend = ready.state.phone_number_id, ready.outgoing.slot, not held(ready)
        state = await self._state(number)
        if state.paused:
            # não abre o disjuntor da etapa: um número parado não para os outros
            raise OverloadedError(
                "nothing leaves by this number", code="channel_paused", retry_after_ms=PAUSED_MS
            )
        asked = (number, slot, state.messages_per_second)
        answer: Ruling | Turnstile
        if slots := self._pacer.slots(*asked):
            answer = await ledger.begin_in_turn(turn, ready.reply_id, slots, resend=resend)
        else:
            answer = await self._pacer.reserve(turn.conversation, *asked)
        wait_ms = answer.wait_ms if isinstance(answer, Turnstile) else 0
        took = isinstance(answer, Turnstile) or answer.verdict == "go"
        if took and (slot is None or wait_ms):
            self._counters.paced(wait_ms / 1000)
        if isinstance(answer, Ruling):
            return answer
        if wait_ms > SHORT_MS:
            return _back(ready, answer)
        await asyncio.sleep(wait_ms / 1000)
        return await ledger.begin(turn, ready.reply_id, resend=resend)

    async def throttled(self, turn: Turn, ready: Draft, error: ThrottledError) -> Snooze:
        """A Meta recusou por pressa, apesar de tudo: vai-se mais devagar, e a resposta pede outra vez.

        Raises:
            UnavailableError: o Redis não respondeu.
        """
        self._counters.throttled(error.graph_code)
        number, pair = ready.state.phone_number_id, error.graph_code == PAIR_RATE
        wait_ms = max(CALM_MS, error.retry_after_ms)
        logger.bind(code=error.code, wait_ms=wait_ms).warning("meta asks for calm")
        await self._pacer.throttled(turn.conversation, number, wait_ms, pair=pair)
        again = msgspec.structs.replace(ready.outgoing.slot or Slot(), number_ms=0)
        return _back(ready, await self._pacer.reserve(turn.conversation, number, again))

    async def _state(self, number: str) -> ChannelState:
        if self._channels is None:
            return ChannelState()
        try:
            state = await self._channels.state(number)
        except UnavailableError as error:  # as respostas não dependem do banco; se há bloqueio, a Meta o dirá
            if self._blind_since is None:  # uma queda, um aviso no começo e um no fim
                self._blind_since = time.monotonic()
                logger.bind(code=error.code).warning("the state of the channel is not known")
            return ChannelState()
        if self._blind_since is not None:
            seconds = round(time.monotonic() - self._blind_since, 3)
            self._blind_since = None
            logger.bind(seconds=seconds).info("the state of the channel is known again")
        return state


def _back(ready: Draft, ticket: Turnstile) -> Snooze:
    return waiting(ticket.due_ms, msgspec.structs.replace(ready.outgoing, slot=ticket.slot))
