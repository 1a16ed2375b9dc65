"""O sistema de uma rodada: Meta local e entrada neste processo, trabalhadores em processos que podem morrer.

Cada rodada tem o seu banco do Redis, a sua pasta e a sua semente; nada do que sorteia vem de outro lugar.
Quem morre é substituído no seu posto, como faria um supervisor, até `dismiss`.
"""

import asyncio
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from consumers.pipeline import LANES, STAGES
from ingress.app import WEBHOOK_PATH
from ingress.process import run_ingress
from pyloto_stream.cli.local import simulator_config
from pyloto_stream.observability.metrics import Metrics
from pyloto_stream.settings import Settings, load
from pyloto_stream.simulator.app import Simulator
from pyloto_stream.simulator.config import Pace
from pyloto_stream.simulator.people import Person
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.status import Status, inspect
from pyloto_stream.whatsapp.identity import identity, user_key
from tests.faults.harness.orders import Crash, Order
from tests.faults.harness.paces import FAST, PACE
from tests.faults.harness.posts import Post
from tests.faults.harness.processes import Child, Zygote
from tests.faults.harness.told import Told
from tests.support import look
from tests.support.crm import PATH, SECRET, Crm, crm_server
from tests.support.servers import open_raw

if TYPE_CHECKING:
    from ingress.server import Listening

QUIET_S = 40.0


class Place(NamedTuple):
    """Onde uma rodada acontece."""

    redis_url: str
    folder: Path
    zygote: Zygote


class Run:
    """Uma rodada de semente `seed`. `expect`: o que a conferência aceita além do normal."""

    def __init__(self, seed: str, place: Place) -> None:
        self.seed = seed
        self.rng = random.Random(seed)
        self.number = int(seed.rpartition(".")[2])
        self.redis_url = self.observer_url = place.redis_url
        """Por onde passam os processos, e por onde o teste olha; até `open`, o cenário pode trocá-los."""
        self.folder = place.folder
        self.zygote = place.zygote
        self.people: list[Person] = []
        self.crm: Crm | None = None
        self.children: list[Child] = []
        self.posts: list[Post] = []
        self.dead: Counter[str] = Counter()
        """Enterros que o defeito desta rodada deve causar, por código."""
        self._log: list[str] = []
        self._began = time.monotonic()
        self._stop_door = asyncio.Event()
        self._door: asyncio.Task[None] | None = None
        self._outside = AsyncExitStack()

    async def open(self, *, door: bool = True, pace: Pace = PACE, crm: bool = False, **environ: str) -> None:
        """Meta local; com `door`, a entrada aqui; com `crm`, quem recebe entregas; `environ` configura."""
        self.environ = {
            **FAST, "SQLITE_PATH": str(self.folder / "documents.sqlite3"),
            "OBJECT_FOLDER": str(self.folder / "objects"), **environ,
        }  # fmt: skip
        if crm:
            self.crm = await self._outside.enter_async_context(crm_server())
            self.environ |= {"HANDOFF_WEBHOOK_URL": self.crm.url + PATH, "HANDOFF_WEBHOOK_SECRET": SECRET}
        self.settings: Settings = load(self.environ)
        self.meta = Simulator(simulator_config(self.settings, pace=pace))
        self.told = Told(self.meta._sender)
        self.environ["WHATSAPP_API_BASE_URL"] = await self.meta.start()
        self.gateway = Gateway(self.observer_url, partitions=self.settings.stream_partitions)
        self.redis = open_raw(self.observer_url, decode_responses=True)
        await self.redis.flushdb()
        await self.gateway.open(STAGES)
        if door:
            await self._open_door()

    async def close(self) -> None:
        """Mata tudo."""
        self.dismiss()
        for child in self.children:
            child.signal(signal.SIGKILL)
        self._stop_door.set()
        if self._door is not None:
            await asyncio.wait([self._door], timeout=5)
        await self.meta.stop()
        await self._outside.aclose()
        await self.gateway.close()
        await self.redis.aclose()
        for child in self.children:
            await child.over()

    def note(self, text: str) -> None:
        """Uma linha do diário da rodada."""
        self._log.append(f"{time.monotonic() - self._began:7.3f}  {text}")

    @property
    def diary(self) -> str:
        """O que aconteceu, em ordem."""
        return "\n".join(self._log)

    def post(self, stages: Sequence[str] = STAGES, *plans: Sequence[Crash], script: str = "") -> Post:
        """Abre um posto de trabalhador das `stages`; cada plano vale para um ocupante, na ordem."""
        self.posts.append(Post(self, stages, plans, script))
        return self.posts[-1]

    def door_post(self, *plans: Sequence[Crash]) -> Post:
        """Um posto de entrada: quando o ocupante muda, a Meta passa a entregar no endereço do novo."""
        return self.post((), *plans)

    def launch(self, stages: tuple[str, ...], crashes: tuple[Crash, ...], script: str = "") -> Child:
        """Inicia um processo que ninguém substitui."""
        number = self.zygote.next_number()
        name = f"{'worker' if stages else 'ingress'}-{number}"
        order = Order(
            number, name, self.environ, self.redis_url, str(self.folder / f"{name}.log"),
            str(self.folder / f"{name}.counters"), stages, crashes, script,
        )  # fmt: skip
        self.note(f"{name} starts {','.join(stages)} {crashes or ''} {script}")
        child = self.zygote.start(order)
        self.children.append(child)
        if not stages:
            child.on_ready = self._point_meta
        return child

    def dismiss(self) -> None:
        """Ninguém mais é substituído."""
        for post in self.posts:
            post.kept = False

    @property
    def counts(self) -> Counter[str]:
        """A soma das contas de todos os processos."""
        return sum((child.counts for child in self.children), Counter())

    def key(self, person: Person) -> str:
        """`user_key` de uma pessoa."""
        return user_key(self.settings.pepper_secret.reveal().encode(), identity(person.profile.key))

    async def until(self, happened: Callable[[], object], limit_s: float = QUIET_S, what: str = "") -> None:
        """Espera por um fato visto daqui."""
        try:
            async with asyncio.timeout(limit_s):
                while not happened():  # noqa: ASYNC110 — quem muda são outros processos
                    await asyncio.sleep(0.01)
        except TimeoutError:
            raise AssertionError(f"never happened in {limit_s:g} s: {what or happened}") from None

    async def quiet(self, limit_s: float = QUIET_S) -> Status:
        """Espera não haver nada à espera, em curso ou estacionado, nem webhook por entregar, duas vezes."""
        seen, status = 0, None
        try:
            async with asyncio.timeout(limit_s):
                while seen < 2:
                    await asyncio.sleep(0.02)
                    status = await inspect(self.gateway, STAGES)
                    still = status.idle and not self.meta._chores._running
                    seen = seen + 1 if still and not await self.left() else 0
        except TimeoutError:
            left = await self.left()
            raise AssertionError(f"not quiet in {limit_s:g} s: {status} {left}") from None
        assert status is not None
        self.note("quiet")
        return status

    async def left(self) -> list[str]:
        """Caixas de entrada com eventos e conversas de portão fechado."""
        gates = [k for k in await look.found(self.redis, "*:conv:*") if await self.redis.hexists(k, "g")]
        return await look.found(self.redis, "*:inbox:*") + gates

    async def _open_door(self) -> None:
        listening: asyncio.Future[Listening] = asyncio.get_running_loop().create_future()
        work = run_ingress(
            self.settings, self.redis_url, list(LANES.values()), Metrics(), self._stop_door,
            listening.set_result,
        )  # fmt: skip
        self._door = asyncio.create_task(work)
        public = (await asyncio.wait_for(listening, QUIET_S)).public
        self._point_meta(f"{public.host}:{public.port}")

    def _point_meta(self, public: str) -> None:
        self.meta.subscribe(f"http://{public}{WEBHOOK_PATH}")
