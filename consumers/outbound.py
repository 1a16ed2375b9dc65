"""Como a resposta chega uma vez só? Última etapa da faixa `turn`: a vez, o livro de envios, e então a Graph.

O modo e a janela de 24 horas são conferidos no momento do envio. Recusa certa repete; dúvida espera o status
da Meta; fora da janela sai o modelo configurado, ou a resposta é descartada com registro. Limite: o do livro
de envios (ver `ledger.py`). As decisões são as funções puras de `outbound_plans.py`; aqui se faz a E/S.

Um turno responde a tudo o que chegou até ele, e tem uma resposta só: não há o que juntar no envio.
"""

import time
from collections.abc import Callable
from typing import Protocol

import msgspec

from consumers.drafts import Draft, draft
from consumers.gate import Gate
from consumers.numbers import Numbers
from consumers.outbound_plans import (
    before_send,
    concluded,
    dropped,
    waiting,
    window_open,
    without_asking,
    without_form,
)
from consumers.receipts import Reader, Receipts
from consumers.window import WindowTemplate
from pyloto_stream.errors import InDoubtError, PermanentError, TransientError
from pyloto_stream.streams.ledger import Ruling, SendLedger
from pyloto_stream.streams.model import Handler, Outcome, Plan, Snooze, Turn
from pyloto_stream.streams.points import reached
from pyloto_stream.whatsapp.client import DependencyDownError, Sent, ThrottledError, WindowClosedError

_NEWS = {"sent": "settled", "doubt": "in_doubt"}
"""O que se conta de uma decisão do livro que não é a primeira."""


class Graph(Reader, Protocol):
    """O que esta etapa usa do cliente da Graph API."""

    async def send(self, phone_number_id: str, body: bytes) -> Sent:
        """Envia; devolve o id da mensagem ou levanta conforme o que se sabe do envio."""


def outbound_stage(
    graph: Graph,
    ledger: SendLedger,
    gate: Gate,
    count: Callable[[str], None] = lambda _what: None,
    compose: Callable[[Turn], Draft] = draft,
    late: WindowTemplate | None = None,
    numbers: Numbers | None = None,
) -> Handler:
    """Etapa `outbound`: uma chamada por resposta, na sua vez, escrita no livro antes de acontecer.

    `count` recebe o que houve com um envio de fim incerto: `in_doubt`, `settled` (um status o confirmou).
    `compose` monta a chamada; `late`, a do modelo que sai fora da janela (`None`: nenhum). `numbers`: a
    recusa de um número nosso não para os outros; `None`: há um só.
    """
    return _Outbound(graph, ledger, gate, count, compose, late, numbers).handle


class _Outbound:
    def __init__(
        self,
        graph: Graph,
        ledger: SendLedger,
        gate: Gate,
        count: Callable[[str], None],
        compose: Callable[[Turn], Draft],
        late: WindowTemplate | None,
        numbers: Numbers | None,
    ) -> None:
        self._graph = graph
        self._ledger = ledger
        self._gate = gate
        self._count = count
        self._compose = compose
        self._late = late
        self._numbers = numbers
        self._receipts = Receipts(graph)

    async def handle(self, turn: Turn) -> Outcome:
        started = time.monotonic()
        ready = self._compose(turn)
        if ready.outgoing.late:
            template = await self._template(ready)
            if template is None:
                return without_asking(dropped(turn, ready, "REPLY_DROPPED", "OUTSIDE_24H_WINDOW"))
            ready = template
        else:
            await self._receipts.show(turn, ready.state)  # antes do livro: o modo se confere colado ao envio
        reached("before_begin_send", turn.stage)
        ruling = await self._gate.begin(turn, ready, self._ledger)
        if isinstance(ruling, Snooze):
            return ruling
        reached("after_begin_send", turn.stage)
        if known := _NEWS.get(ruling.verdict):
            self._count(known)
        decided = before_send(turn, ready, ruling)
        if decided is not None:
            return decided
        if not ready.outgoing.late and not window_open(ready, turn.now_ms):
            decided = await self._closed(turn, ready)
            return without_asking(decided) if isinstance(decided, Plan) else decided
        return await self._send(turn, ready, ruling, started)

    async def _send(self, turn: Turn, ready: Draft, ruling: Ruling, started: float) -> Outcome:
        try:
            sent = await self._call(ready)
            reached("after_send", turn.stage)
        except InDoubtError as error:
            self._count("in_doubt")
            # talvez tenha ido: quem sabe é o status da Meta; sem notícia até lá, `begin` manda reenviar.
            # A espera conta de agora: uma chamada que demorou a falhar não come o tempo do status.
            wait_s = time.monotonic() - started + self._ledger.patience_s(ruling)
            return Snooze(turn.now_ms + int(wait_s * 1000), reply_id=ready.reply_id, trouble=error.code)
        except WindowClosedError:
            return await self._closed(turn, ready)
        except ThrottledError as error:
            await self._ledger.refused(turn, ready.reply_id, for_good=False)
            return await self._gate.throttled(turn, ready, error)
        except TransientError:
            await self._ledger.refused(turn, ready.reply_id, for_good=False)
            raise
        except PermanentError as error:
            instead = without_form(ready, error)
            await self._ledger.refused(turn, ready.reply_id, for_good=instead is None)
            if instead is None:
                raise
            return waiting(turn.now_ms, instead)
        return concluded(turn, ready, sent.wamid, resent=ruling.resend)

    async def _call(self, ready: Draft) -> Sent:
        number, numbers = ready.state.phone_number_id, self._numbers
        if numbers is None:
            return await self._graph.send(number, ready.body)
        numbers.enter(number)
        try:
            sent = await self._graph.send(number, ready.body)
        except DependencyDownError as error:
            raise numbers.refused(number, error) from None
        except (ThrottledError, PermanentError):
            numbers.answered(number)
            raise
        numbers.answered(number)
        return sent

    async def _closed(self, turn: Turn, ready: Draft) -> Outcome:
        """A resposta não sairá; o modelo, se há um, é outro envio, e o turno volta já para ele."""
        try:
            template = None if ready.outgoing.late else await self._template(ready)
        except TransientError:
            await self._ledger.refused(turn, ready.reply_id, for_good=False)
            raise
        # com um modelo por sair, o livro não diz "falhou": quem morresse aqui voltaria para descartar o turno
        await self._ledger.refused(turn, ready.reply_id, for_good=template is None)
        if template is not None:
            return waiting(turn.now_ms, msgspec.structs.replace(ready.outgoing, late=True))
        return dropped(turn, ready, "REPLY_DROPPED", "OUTSIDE_24H_WINDOW")

    async def _template(self, ready: Draft) -> Draft | None:
        return None if self._late is None else await self._late.draft(ready)
