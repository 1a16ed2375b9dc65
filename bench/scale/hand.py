"""Um processo que trabalha etapas: fica pronto, começa com SIGUSR1 e acaba com SIGTERM.

`python -m bench.scale.hand URL ETAPAS`, com as etapas separadas por vírgulas.
"""

import asyncio
import os
import signal
import sys

import uvloop

from bench.scale.stages import HANDLERS, LANE, opened, work

READY = "ready"


async def _run(url: str, stages: str) -> None:
    loop, start, stop = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()
    loop.add_signal_handler(signal.SIGUSR1, start.set)

    def end() -> None:
        stop.set()
        start.set()

    loop.add_signal_handler(signal.SIGTERM, end)
    async with opened(url, LANE) as gateway:
        print(READY, flush=True)
        await start.wait()
        handlers = {stage: HANDLERS[stage] for stage in stages.split(",")}
        await work(gateway, LANE, handlers, f"bench-{os.getpid()}", stop)


if __name__ == "__main__":
    uvloop.run(_run(*sys.argv[1:]))
