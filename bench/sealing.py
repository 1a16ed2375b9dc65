"""`python -m bench.sealing`: quanto custaria lacrar também o que espera no Redis?

Uma conversa inteira passa pelas etapas de verdade; tudo o que cada turno grava no Redis (eventos, estado,
cargas, registros, prazos) é lacrado, e o que cada etapa lê é aberto, com o `Sealer` dos perfis. Imprime, por
turno: quantos textos, bytes antes e depois, microssegundos, e que parte da latência de ponta a ponta isso é.
Limite: só a conta da cifra e dos bytes; não mede o que o Redis faz com um valor maior.
"""

import asyncio
import os
import statistics
import sys
import time
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from bench.end_to_end.measure import measured
from bench.end_to_end.scenarios import steady
from pyloto_stream.ai.discretion import named
from pyloto_stream.ai.rules import understand
from pyloto_stream.conversation.events import Event, MessageReceived
from pyloto_stream.conversation.step import Step
from pyloto_stream.conversation.understanding import Understanding
from pyloto_stream.stores.sealing import Sealer
from pyloto_stream.streams.model import Plan
from tests.support.talk import Talk

SAID = (
    "Oi, boa tarde!",
    "Quero um sistema para controlar os pedidos da minha loja, hoje é tudo no papel e a gente se perde",
    "Somos umas 20 pessoas",
    "A gente precisa disso até março",
    "Uns 30 mil reais",
    "Meu nome é Jacira, a empresa é a Padaria Quimera de Ponta Grossa",
)
ROUNDS = 200
QUIET_PER_S = 20.0
_encode = msgspec.json.Encoder().encode


class Turn(NamedTuple):
    """O que um turno grava no Redis e o que as etapas leem dele."""

    written: list[bytes]
    read: list[bytes]


class Weighed(Talk):
    """Uma conversa que anota, turno a turno, o que passaria pelo Redis."""

    def __init__(self) -> None:
        super().__init__()
        self.turns: list[Turn] = []

    def understand(self, answer: Sequence[MessageReceived], understood: Understanding) -> Understanding:
        """As regras de verdade, no lugar do que um teste diria."""
        del understood
        return named(understand(self.state, answer))

    def _accept(self, events: Sequence[Event]) -> None:
        raw = [_encode(event) for event in events]
        self.turns.append(Turn(list(raw), [*raw, _encode(self.state)]))
        super()._accept(events)

    def _advance(self, understood: Understanding) -> Step:
        self.turns[-1].read.append(_encode(self.state))
        return super()._advance(understood)

    def _commit(self, done: Plan) -> Plan:
        written, read = self.turns[-1]
        feeds = [feed.event for feed in done.feed]
        timers = [event for timer in done.timers if (event := getattr(timer, "event", b""))]
        written += [*filter(None, (done.state, done.payload)), *feeds, *timers]
        read += [*filter(None, (done.payload,)), *feeds]
        return super()._commit(done)

    def _send(self, payload: bytes, events: Sequence[Event]) -> object:  # type: ignore[override]
        self.turns[-1].read.append(_encode(self.state))
        return super()._send(payload, events)


def conversation() -> list[Turn]:
    """Os turnos de uma conversa que começa num "oi" e termina numa entrega."""
    talk = Weighed()
    for text in SAID:
        talk.now_ms += 20_000
        talk.turn([talk.message(text=text)])
    return talk.turns


def costs(turns: Sequence[Turn]) -> tuple[float, float]:
    """Microssegundos por turno para lacrar o que se grava e para abrir o que se lê; a mediana das rodadas."""
    sealer = Sealer({1: os.urandom(32)})
    written = [raw.decode() for turn in turns for raw in turn.written]
    sealed = [sealer.seal(raw.decode(), context="ana") for turn in turns for raw in turn.read]
    seals, opens = [], []
    for _ in range(ROUNDS):
        began = time.perf_counter_ns()
        for text in written:
            sealer.seal(text, context="ana")
        middle = time.perf_counter_ns()
        for text in sealed:
            sealer.open(text, context="ana")
        seals.append(middle - began)
        opens.append(time.perf_counter_ns() - middle)
    per_turn = 1000 * len(turns)
    return statistics.median(seals) / per_turn, statistics.median(opens) / per_turn


def main() -> int:
    """Imprime o quadro; 0 sempre: não há alvo, há uma decisão a tomar."""
    turns = conversation()
    sealer, count = Sealer({1: os.urandom(32)}), len(turns)
    written = [raw for turn in turns for raw in turn.written]
    before = sum(map(len, written))
    after = sum(len(sealer.seal(raw.decode(), context="ana")) + 2 for raw in written)  # + aspas: é JSON
    seal_us, open_us = costs(turns)
    quiet = steady(QUIET_PER_S, 2.0)
    p50_ms = asyncio.run(measured(quiet, "all", graph_ms=0.0)).rows[quiet.name]["p50"]
    share = (seal_us + open_us) / 1000 / p50_ms
    reads = sum(len(turn.read) for turn in turns)
    print(f"turns of one conversation           {count}")
    print(f"texts written / read, per turn      {len(written) / count:.1f} / {reads / count:.1f}")
    print(f"bytes written, per turn             {before / count:,.0f}")
    print(f"the same, sealed                    {after / count:,.0f}  ({after / before:.2f}x)")
    print(f"to seal / to open, per turn (us)    {seal_us:.0f} / {open_us:.0f}")
    print(f"p50 of a reply, {QUIET_PER_S:.0f} messages/s (ms)    {p50_ms:.1f}")
    print(f"share of it                         {share:.1%}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
