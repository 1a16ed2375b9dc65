"""Sete dias de insistência em milissegundos: o relógio de espera é do teste."""

from itertools import pairwise

import msgspec

from pyloto_stream.simulator.app import Simulator
from pyloto_stream.simulator.config import WEEK_MS
from pyloto_stream.simulator.registry import fictional
from tests.support.simulation import CONFIG, FAST, Webhook, webhook_server

HOUR_MS = 60 * 60_000
META = msgspec.structs.replace(
    FAST, retry_first_ms=1_000, retry_max_ms=6 * HOUR_MS, attempts=10_000, horizon_ms=WEEK_MS
)


class Rested:
    """Conta quanto se esperaria, sem esperar."""

    def __init__(self) -> None:
        self.waits_s: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.waits_s.append(seconds)


async def insist(webhook: Webhook) -> tuple[Rested, bool, int]:
    rested = Rested()
    simulator = Simulator(msgspec.structs.replace(CONFIG, pace=META), rest=rested)
    simulator.subscribe(webhook.url)
    await simulator.start()
    delivery = simulator.person(fictional(1)).say("Oi")
    accepted = await delivery.accepted()
    await simulator.stop()
    return rested, accepted, len(delivery.attempts)


async def test_it_insists_for_seven_days_ever_more_seldom_and_then_drops_it() -> None:
    async with webhook_server() as webhook:
        webhook.answers.extend([503] * 500)
        rested, accepted, attempts = await insist(webhook)
    assert not accepted
    assert attempts == len(rested.waits_s) + 1 < 60
    assert all(before <= after for before, after in pairwise(rested.waits_s))
    assert WEEK_MS - 6 * HOUR_MS < sum(rested.waits_s) * 1000 <= WEEK_MS


async def test_a_webhook_back_after_five_days_gets_it() -> None:
    async with webhook_server() as webhook:
        webhook.answers.extend([503] * 35)
        rested, accepted, attempts = await insist(webhook)
    assert accepted
    assert attempts == 36
    assert sum(rested.waits_s) > 4 * 24 * 60 * 60
    assert len({post.body for post in webhook.posts}) == 1
