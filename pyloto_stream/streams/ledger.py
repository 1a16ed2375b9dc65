"""Como enviar uma vez só a uma API sem idempotência? Anotando a intenção antes de cada chamada.

Promete: com o livro em dúvida, ninguém envia antes de `settle_window_s`, tempo em que um status da Meta ainda
pode dizer o que houve; a cada reenvio a espera dobra, e depois de `MAX_SENDS` não se envia mais. Limite: um
processo congelado entre esta resposta e a escrita no socket pode enviar depois.
"""

import secrets
from contextlib import suppress
from functools import cache, partial
from itertools import count
from typing import Any, Literal

import msgspec

from pyloto_stream.errors import LostError, UnavailableError
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.model import Turn
from pyloto_stream.streams.pace import SHORT_MS, Slots, Turnstile
from pyloto_stream.streams.scripts import Packed, Script, pack_plain, pack_row

LEDGER_TTL_MS = 31 * 86_400_000
"""A Meta tenta entregar por até 30 dias e ainda pode relatar falha: o livro lembra um dia a mais."""


MAX_SENDS = 3
"""Envios da mesma resposta sem notícia nenhuma: silêncio repetido é da Meta, e insistir só duplicaria."""


class Ruling(msgspec.Struct, frozen=True):
    """O que fazer com o envio.

    `go`: chamar a API (`attempt` a partir de 1; `resend` se a dúvida anterior venceu sem notícia).
    `sent`: já foi, `external_id` é o id dado pela API. `failed`: a API relatou falha definitiva.
    `doubt`: esperar até `until_ms`. `silenced`: o modo da conversa não deixa o robô falar. `unsettled`: saiu
    `attempt` vezes e nunca houve notícia; não se envia mais.
    """

    verdict: Literal["go", "sent", "failed", "doubt", "silenced", "unsettled"]
    attempt: int = 0
    resend: bool = False
    external_id: str = ""
    until_ms: int = 0


def begin_head(consumer: str, window_ms: int, stage: str) -> bytes:
    """O que é igual em todo `begin_op` de um trabalhador."""
    (head,) = pack_plain({
        "s": stage, "w": consumer, "win": window_ms, "ttl": LEDGER_TTL_MS, "sh": SHORT_MS,
    })  # fmt: skip
    return head


def begin_op(
    turn: Turn,
    reply_id: str,
    question: str,
    slots: Slots | None = None,
    *,
    any_mode: bool = False,
    resend: bool = True,
) -> Packed:
    """Operação de `begin_send.lua`; precisa do cabeçalho `begin_head`.

    `any_mode`: envia também em HUMAN e PAUSED; sem `resend`, um envio só.
    """
    most = MAX_SENDS if resend else 1
    row = (turn.entry_id, turn.lane, turn.conversation, reply_id, question, most, any_mode)
    return pack_row(row if slots is None else (*row, *slots), ())


class SendLedger:
    """Livro de envios. `consumer` é o nome deste processo nos grupos: só quem tem a entrada pode enviar."""

    def __init__(self, gateway: Gateway, consumer: str, settle_window_s: float) -> None:
        self._gateway = gateway
        self._consumer = consumer
        self._window_ms = int(settle_window_s * 1000)
        self._head = cache(partial(begin_head, consumer, self._window_ms))
        self._asker, self._asked = secrets.token_hex(6), count()

    async def begin(
        self, turn: Turn, reply_id: str, *, any_mode: bool = False, resend: bool = True
    ) -> Ruling:
        """Registra a intenção de enviar `reply_id` em nome de `turn` e decide.

        `resend=False`: se ninguém sabe se a primeira vez saiu, não há segunda (`unsettled`).

        Raises:
            LostError: a entrada já não é deste processo.
            UnavailableError: Redis fora do ar; nada foi enviado.
        """
        return _ruling(await self._ask(turn, reply_id, any_mode=any_mode, resend=resend))

    async def begin_in_turn(
        self, turn: Turn, reply_id: str, slots: Slots, *, resend: bool = True
    ) -> Ruling | Turnstile:
        """Como `begin`, se chegou a vez que `slots` (ver `Pacer.slots`) pede; senão, a vez, e nada se anota.

        Só quem enviaria toma a vez: o que o livro já sabe vem antes.

        Raises:
            LostError, UnavailableError: como em `begin`.
        """
        answer = await self._ask(turn, reply_id, slots, resend=resend)
        return Turnstile.of(*answer[1:]) if answer[0] == b"early" else _ruling(answer)

    async def _ask(
        self, turn: Turn, reply_id: str, slots: Slots | None = None, *, any_mode: bool = False, resend: bool
    ) -> list[Any]:
        question = f"{self._asker}{next(self._asked):x}"
        head = self._head(turn.stage)
        op = begin_op(turn, reply_id, question, slots, any_mode=any_mode, resend=resend)
        try:
            answer: list[Any] = await self._gateway.submit(Script.BEGIN_SEND, turn.partition, op, head)
        except UnavailableError:
            # talvez anotado, certamente não enviado: se der, apaga-se o que esta pergunta anotou, e só isso
            with suppress(UnavailableError):
                await self._end(turn, reply_id, "retry", question)
            raise
        return answer

    def patience_s(self, ruling: Ruling) -> float:
        """Quanto esperar por notícia depois do envio que `ruling` permitiu, em segundos."""
        return self._window_ms / 1000 * 2.0 ** (ruling.attempt - 1)

    async def refused(self, turn: Turn, reply_id: str, *, for_good: bool) -> None:
        """A API certamente não enviou: `for_good` encerra; senão a próxima tentativa pode ir sem esperar.

        Não muda nada se a entrada já não é deste processo: a chamada em curso pode ser de quem a assumiu.
        """
        await self._end(turn, reply_id, "failed" if for_good else "retry")

    async def _end(self, turn: Turn, reply_id: str, state: str, question: str | None = None) -> None:
        op = {"s": turn.stage, "i": turn.entry_id, "w": self._consumer, "r": reply_id, "st": state,
              "q": question}  # fmt: skip
        await self._gateway.submit(Script.END_SEND, turn.partition, op)


def _ruling(answer: list[Any]) -> Ruling:
    match answer:
        case [b"go", attempt, resend]:
            return Ruling("go", attempt=attempt, resend=bool(resend))
        case [b"sent", external_id]:
            return Ruling("sent", external_id=external_id.decode())
        case [b"doubt", until_ms]:
            return Ruling("doubt", until_ms=until_ms)
        case [b"silenced", _]:
            return Ruling("silenced")
        case [b"failed"]:
            return Ruling("failed")
        case [b"unsettled", attempt]:
            return Ruling("unsettled", attempt=attempt)
    raise LostError("entry taken over before sending")
