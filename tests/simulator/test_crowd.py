"""A multidão: todos escrevem, cada resposta é medida desde a hora marcada, e quem ficou sem ela é contado."""

import pytest

from pyloto_stream.simulator.crowd import Latency, crowd
from tests.support.simulation import EchoBot, World


class TestLatency:
    def test_no_samples_are_zeros(self) -> None:
        assert Latency.of([], unanswered=3) == Latency(0, 3, 0.0, 0.0, 0.0, 0.0)

    def test_one_sample_is_every_percentile(self) -> None:
        assert Latency.of([7.0]) == Latency(1, 0, 7.0, 7.0, 7.0, 7.0)

    def test_percentiles_do_not_depend_on_the_order(self) -> None:
        samples = [float(n) for n in range(101)]
        expected = Latency(101, 0, 50.0, 95.0, 99.0, 100.0)
        assert Latency.of(samples) == Latency.of(samples[::-1]) == expected


class TestCrowd:
    async def test_everybody_writes_once_and_is_answered(self, world: World) -> None:
        bot = EchoBot(world)
        found = await crowd(world.simulator, first=100, count=30, per_s=1000, text="Oi")
        assert (found.replies, found.unanswered, bot.answered) == (30, 0, 30)
        assert 0 < found.p50 <= found.p95 <= found.p99 <= found.max
        assert {message.reply_to for message in world.webhook.messages} == {
            f"5511900000{number}" for number in range(100, 130)
        }

    async def test_people_write_at_the_agreed_pace(self, world: World) -> None:
        EchoBot(world)
        started_s = world.simulator.now_s()
        await crowd(world.simulator, first=100, count=5, per_s=50)
        assert world.simulator.now_s() - started_s >= 4 / 50

    @pytest.mark.parametrize("count", [1, 4])
    async def test_who_gets_no_reply_is_counted_and_not_measured(self, world: World, count: int) -> None:
        found = await crowd(world.simulator, first=1, count=count, per_s=1000, timeout_s=0.02)
        assert found == Latency(0, count, 0.0, 0.0, 0.0, 0.0)

    async def test_a_wait_before_writing_counts_too(self, world: World) -> None:
        """Com o relógio adiantado, a hora marcada já passou: a demora inclui o atraso."""
        EchoBot(world)
        late_s = 60.0
        town = Late(world, late_s)
        found = await crowd(town, first=100, count=3, per_s=1000)
        assert found.replies == 3
        assert found.p50 > late_s * 1000 - 100


class Late:
    """Um simulador cujo `now_s` da partida foi há `late_s`: tudo começa atrasado."""

    def __init__(self, world: World, late_s: float) -> None:
        self.person = world.simulator.person
        self._now_s = world.simulator.now_s
        self._late_s: float | None = late_s

    def now_s(self) -> float:
        late_s, self._late_s = self._late_s or 0.0, None
        return self._now_s() - late_s
