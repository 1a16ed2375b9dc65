"""Em que etapa o tempo passa? Um trabalhador como o de produção, que anota quando decidiu cada turno.

`python -m bench.end_to_end.traced ETAPAS ARQUIVO`: ao parar, grava ali as anotações. Só o handler da etapa é
envolvido, aqui; o produto não mede nada por mensagem. Limite: as anotações custam uns microssegundos cada.
"""

import inspect
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, cast

import msgspec

import consumers.worker
from consumers.stages import Parts, stage_spec
from pyloto_stream.cli.services import worker
from pyloto_stream.streams.keys import reply_id
from pyloto_stream.streams.model import Handler, Outcome, Turn
from pyloto_stream.streams.stage import StageSpec

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


class Span(msgspec.Struct, frozen=True, array_like=True):
    """A etapa `stage` decidiu, entre os dois instantes (ns, monotônico), o turno que responde `reply_id`."""

    reply_id: str
    stage: str
    began_ns: int
    ended_ns: int


def traced(stage: str, handler: Handler, spans: list[Span]) -> Handler:
    """O mesmo handler, da mesma espécie (puro ou com E/S), que anota em `spans`."""

    def note(turn: Turn, began_ns: int) -> None:
        name = reply_id(turn.partition, turn.conversation, turn.number, 0)
        spans.append(Span(name, stage, began_ns, time.monotonic_ns()))

    if inspect.iscoroutinefunction(handler):
        slow = cast("Callable[[Turn], Awaitable[Outcome]]", handler)

        async def handle_slowly(turn: Turn) -> Outcome:
            began_ns = time.monotonic_ns()
            try:
                return await slow(turn)
            finally:
                note(turn, began_ns)

        return handle_slowly
    pure = cast("Callable[[Turn], Outcome]", handler)

    def handle(turn: Turn) -> Outcome:
        began_ns = time.monotonic_ns()
        try:
            return pure(turn)
        finally:
            note(turn, began_ns)

    return handle


def main(stages: str, path: str) -> int:
    """Trabalha até SIGTERM."""
    spans: list[Span] = []
    plain = stage_spec

    async def with_notes(stage: str, parts: Parts) -> StageSpec:
        spec = await plain(stage, parts)
        return msgspec.structs.replace(spec, handler=traced(stage, spec.handler, spans))

    consumers.worker.stage_spec = with_notes  # type: ignore[attr-defined] # é daqui que o processo a chama
    try:
        worker(stages)
    finally:
        Path(path).write_bytes(msgspec.json.encode(spans))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
