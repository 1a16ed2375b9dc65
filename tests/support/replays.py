"""A devolução de mortos passo a passo, num processo só, com o passo que o teste quiser."""

import asyncio
from collections.abc import Sequence

from redis.asyncio import Redis

from consumers.letters import Operator
from consumers.pipeline import STAGES
from pyloto_stream.cli.dlq_jobs import Replay
from pyloto_stream.cli.dlq_options import Chosen
from pyloto_stream.cli.dlq_run import Pace, Report, perform, survey
from pyloto_stream.settings import Settings
from pyloto_stream.streams.dead import LetterId, Search
from pyloto_stream.streams.gateway import Gateway
from tests.support.letters import bury, token

EVERYTHING = Chosen(Search(), (), None)
OPERATOR = Operator("ana")


class Clock:
    """Relógio que só anda quando se dorme; `naps` são os sonos."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.naps: list[float] = []

    def __call__(self) -> float:
        return self.now_s

    async def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.now_s += seconds


class Scene:
    """Uma instalação com mortos, e a devolução deles passo a passo; `also` acontece depois de cada passo."""

    def __init__(self, gateway: Gateway, redis: Redis) -> None:
        self.gateway = gateway
        self.redis = redis
        self.stop = asyncio.Event()
        self.job = Replay(gateway, Settings(), Operator("ana"))
        self.steps = 0

    async def fill(self, count: int) -> Sequence[LetterId]:
        return [await bury(self.redis, token(f"c{n}"), entry=f"{n + 1}-0") for n in range(count)]

    async def run(self, wanted: Chosen = EVERYTHING, job: Replay | None = None, pace: Pace | None = None,
                  stop_on_errors: int = 0) -> Report:  # fmt: skip
        chosen = job or self.job
        found = await survey(self.gateway, wanted, chosen, 0)
        return await perform(
            self.gateway, wanted, chosen, found, pace=pace or Pace(), stop=self.stop,
            stop_on_errors=stop_on_errors, watched=STAGES, step=self._step,
        )  # fmt: skip

    def _step(self) -> None:
        self.steps += 1
