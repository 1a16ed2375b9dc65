"""F30: o mesmo sistema num cluster: slots que mudam, mestres e trabalhadores que morrem."""

import asyncio
import itertools
import signal

import pytest
from redis.crc import REDIS_CLUSTER_HASH_SLOTS, key_slot

from consumers.pipeline import STAGES
from pyloto_stream.streams import keys
from tests.conftest import ClusterOf
from tests.faults.harness.campaign import Campaign
from tests.faults.harness.load import talk
from tests.faults.harness.orders import Crash
from tests.faults.harness.run import Run
from tests.faults.harness.servers import KINDS
from tests.faults.test_f01_killed_workers import PLACES
from tests.support.cluster import Cluster

PARTITIONS = 4
SLOTS = [key_slot(keys.prefix(p, PARTITIONS).encode()) for p in range(PARTITIONS)]
LEASE_S = 0.6


async def opened(
    run: Run, cluster_of: ClusterOf, *, claim_idle_s: float = 1.0, durability: str = "memory"
) -> Cluster:
    """O sistema sobre o cluster da sessão, vazio e inteiro."""
    cluster = await cluster_of(KINDS[run.number % 2])
    await cluster.heal()
    run.redis_url = run.observer_url = cluster.url
    await run.open(
        STREAM_PARTITIONS=str(PARTITIONS), CLAIM_IDLE=str(claim_idle_s), SETTLE_WINDOW="4",
        DURABILITY=durability,
    )  # fmt: skip
    return cluster


@pytest.mark.timeout(600)
async def test_i1_i5_slots_moved_under_load_lose_nothing_repeat_nothing_and_keep_the_order(
    faults: Campaign, cluster_of: ClusterOf
) -> None:
    moves = 8 if faults.full else 3

    async def scenario(run: Run) -> None:
        cluster = await opened(run, cluster_of)
        await run.post().child.up()
        enough = asyncio.Event()
        talking = asyncio.create_task(waves(run, enough))
        for slot in itertools.islice(itertools.cycle(SLOTS), moves):
            masters, source = await cluster.owners(), await cluster.owner(slot)
            await cluster.move_slot(slot, run.rng.choice([node for node in masters if node is not source]))
            run.note(f"slot {slot} moved")
        assert not talking.done(), "there is always somebody talking while slots move"
        enough.set()
        await talking

    row = await faults.run("F30", scenario, quick=1, full=12, at_once=1)
    faults.note(f"F30: {row.runs * moves} slots moved under load")


async def replaced(cluster: Cluster) -> None:
    """Espera que todo slot tenha outra vez um dono vivo."""
    while sum(high - low + 1 for low, high, _ in await cluster._ranges()) < REDIS_CLUSTER_HASH_SLOTS:  # noqa: ASYNC110
        await asyncio.sleep(0.05)


async def waves(run: Run, enough: asyncio.Event) -> None:
    while not enough.is_set():
        await talk(run, 4)


@pytest.mark.timeout(600)
async def test_i1_i4_a_master_killed_loses_nothing_that_a_replica_confirmed(
    faults: Campaign, cluster_of: ClusterOf
) -> None:
    async def scenario(run: Run) -> None:
        cluster = await opened(run, cluster_of, durability="replica")
        post = run.post()
        await post.child.up()
        talking = asyncio.create_task(talk(run, corrections=5))
        enough = run.rng.randint(1, 12)
        await run.until(lambda: len(run.meta.sent) >= enough, what="some replies")
        node = await cluster.kill(run.rng.choice(SLOTS))
        run.note(f"master {node.number} killed")
        await asyncio.wait_for(replaced(cluster), 20)
        run.note("its replica took over")
        await node.start()  # volta como réplica: sem nenhuma, nada se confirma
        await talking
        await run.quiet()
        await cluster.healthy()
        assert len(post.children) == 1, "the worker was restarted"

    await faults.run("F30-master", scenario, quick=0, full=10, at_once=1)


@pytest.mark.timeout(900)
async def test_i1_i3_i4_i5_workers_killed_or_frozen_on_a_cluster_cost_nothing(
    faults: Campaign, cluster_of: ClusterOf
) -> None:
    async def scenario(run: Run) -> None:
        point, stage = PLACES[run.number % len(PLACES)]
        freeze = run.number % 3 == 2
        await opened(run, cluster_of, claim_idle_s=LEASE_S)
        number = signal.SIGSTOP if freeze else signal.SIGKILL
        post = run.post(STAGES, [Crash(point, stage, run.rng.randint(1, 3), number)])
        victim = await post.child.up()
        talking = asyncio.create_task(talk(run))
        if freeze:
            await run.until(victim.stopped.is_set, what=f"freeze at {point} of {stage}")
            other = await run.post().child.up()
            if other.code is None:  # congelado a meio de uma gravação, prende o SQLite, e ninguém mais o abre
                await run.until(lambda: other.counts["claimed"], 5 * LEASE_S, "a takeover")
            victim.signal(signal.SIGCONT)
        await talking
        if not freeze:
            assert await victim.over() == -signal.SIGKILL, f"nobody came to {point} of {stage}"

    await faults.run("F30-workers", scenario, quick=1, full=len(PLACES), at_once=1)
