"""Que comportamentos um teste pode dar a uma etapa? Roteiros com nome, instalados no processo filho.

`poison` e `slow` trocam a etapa `ai` por outra que olha o que a pessoa escreveu. `newer` e `older` fazem de
conta que este processo é de outra versão.
"""

import asyncio
import os
import signal
import time
from collections.abc import Callable, Sequence
from functools import partial

import msgspec

import consumers.worker
from consumers import skew, stages
from consumers.pipeline import AI, SESSION
from consumers.stages import Parts
from pyloto_stream.records.forget import Asked, ForgetPersonUseCase, Pending
from pyloto_stream.settings import Settings
from pyloto_stream.streams import lease
from pyloto_stream.streams.model import Handler, Outcome, Turn
from pyloto_stream.streams.scripts import Script
from pyloto_stream.streams.stage import WorkerOptions
from tests.faults.harness import fed as feeding

_SCRIPTS: dict[str, Callable[[], None]] = {}
POISON = b"veneno "
SLOW, SLOW_S = b"devagar", 3.0
STAGE_SLOW_S = 0.05
"""Uma etapa que costuma levar milésimos passa a levar isto."""
_understand, _open = stages._BUILDERS[AI], stages._BUILDERS[SESSION]
_events = msgspec.json.Decoder(list[dict[str, object]])


def script(install: Callable[[], None]) -> Callable[[], None]:
    """Registra um roteiro com o nome da função."""
    _SCRIPTS[install.__name__] = install
    return install


def install(name: str) -> None:
    """Instala o roteiro `name` neste processo; vazio: nenhum."""
    if name:
        _SCRIPTS[name]()


@script
def poison() -> None:
    """Quem escreve `veneno <qual>` faz a etapa `ai` portar-se mal, com espera possível."""

    async def build(parts: Parts) -> Handler:
        inner = await _understand(parts)

        async def handle(turn: Turn) -> Outcome:
            kind = turn.payload.partition(POISON)[2].partition(b'"')[0].decode()
            if kind == "hangs":
                await asyncio.Event().wait()
            elif kind == "stubborn":
                await _never_stop()
            elif kind:
                _misbehave(kind)
            return _outcome(inner, turn)

        return handle

    stages._BUILDERS[AI] = build


@script
def pure_poison() -> None:
    """O mesmo, com a etapa pura de sempre, decidida em lotes."""

    async def build(parts: Parts) -> Handler:
        inner = await _understand(parts)

        def handle(turn: Turn) -> Outcome:
            if kind := turn.payload.partition(POISON)[2].partition(b'"')[0].decode():
                _misbehave(kind)
            return _outcome(inner, turn)

        return handle

    stages._BUILDERS[AI] = build


@script
def slow() -> None:
    """Toda decisão da etapa `ai` demora, e as de quem escreve `devagar` demoram muito."""

    async def build(parts: Parts) -> Handler:
        inner = await _understand(parts)

        async def handle(turn: Turn) -> Outcome:
            await asyncio.sleep(SLOW_S if SLOW in turn.payload else STAGE_SLOW_S)
            return _outcome(inner, turn)

        return handle

    stages._BUILDERS[AI] = build


@script
def older() -> None:
    """Como hoje, mas quem não lê um token ou um evento pergunta de novo logo, e não em segundos."""
    skew.RETRY_MS = 200
    consumers.worker.worker_options = partial(_hasty, consumers.worker.worker_options)


@script
def newer() -> None:
    """Uma versão seguinte: escreve tokens de formato 2, com um campo que a de hoje não conhece."""
    older()
    lease.TOKEN_VERSION = 2
    for each in Script:
        text = each.source.replace("local TOKEN_VERSION = '1'", "local TOKEN_VERSION = '2'")
        each.__dict__["source"] = text.replace("'v', TOKEN_VERSION", "'zz', 'new', 'v', TOKEN_VERSION")


@script
def knowing() -> None:
    """Uma versão seguinte: conhece o evento `novelty`, que nada pede."""
    older()

    async def build(parts: Parts) -> Handler:
        inner = await _open(parts)

        def handle(turn: Turn) -> Outcome:
            events = [event for event in _events.decode(turn.events) if event.get("event") != "novelty"]
            return _outcome(inner, msgspec.structs.replace(turn, events=msgspec.json.encode(events)))

        return handle

    stages._BUILDERS[SESSION] = build


@script
def fed() -> None:
    """Como hoje, e anota o que entrega à trilha; ver `fed.py`."""
    feeding.install()


@script
def hesitant() -> None:
    """Quem esquece alguém para (SIGSTOP) quando já sabe quem é, e ainda nada fez."""
    first = ForgetPersonUseCase._first

    async def paused(
        self: ForgetPersonUseCase,
        user_key: str,
        asked: Asked,
        identifiers: Sequence[bytes],
        tell: Callable[[int], None],
    ) -> Pending | None:
        os.kill(os.getpid(), signal.SIGSTOP)
        return await first(self, user_key, asked, identifiers, tell)

    ForgetPersonUseCase._first = paused  # type: ignore[method-assign] # o comando é o mesmo; só espera


def _hasty(options: Callable[[Settings], WorkerOptions], settings: Settings) -> WorkerOptions:
    return msgspec.structs.replace(options(settings), outage_max_s=0.3)


def _outcome(handler: Handler, turn: Turn) -> Outcome:
    result = handler(turn)
    assert not asyncio.iscoroutine(result), "the ai stage is pure"
    return result  # type: ignore[return-value] # ver acima


def _misbehave(kind: str) -> None:
    match kind:
        case "raises":
            raise RuntimeError
        case "kills":
            os.kill(os.getpid(), signal.SIGKILL)
        case "blocks":
            time.sleep(3600)
        case "memory":
            bytearray(1 << 50)


async def _never_stop() -> None:
    while True:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            continue
