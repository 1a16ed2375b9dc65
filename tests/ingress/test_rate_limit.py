import pytest

from ingress.rate_limit import RateLimit


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.mark.parametrize("per_minute", [1, 3, 7, 60, 997])
def test_exactly_the_limit_passes_at_once(clock: Clock, per_minute: int) -> None:
    limit = RateLimit(per_minute, clock)
    assert [limit.take("a") for _ in range(per_minute)] == [0.0] * per_minute
    assert limit.take("a") > 0


def test_wait_is_what_one_more_needs(clock: Clock) -> None:
    limit = RateLimit(2, clock)
    limit.take("a"), limit.take("a")
    assert limit.take("a") == pytest.approx(30)
    clock.now += 30
    assert limit.take("a") == 0
    assert limit.take("a") == pytest.approx(30)


def test_what_is_given_back_is_one_turn_and_no_more(clock: Clock) -> None:
    limit = RateLimit(3, clock)
    limit.take("a"), limit.take("a"), limit.take("a")
    limit.give_back("a")
    assert [limit.take("a") > 0 for _ in range(2)] == [False, True]


def test_refusal_costs_nothing(clock: Clock) -> None:
    limit = RateLimit(1, clock)
    limit.take("a")
    waits = [limit.take("a") for _ in range(100)]
    assert waits == [pytest.approx(60)] * 100


def test_addresses_do_not_pay_for_each_other(clock: Clock) -> None:
    limit = RateLimit(1, clock)
    assert limit.take("a") == limit.take("b") == 0
    assert limit.take("a") > 0


def test_unused_time_is_not_saved_beyond_one_minute(clock: Clock) -> None:
    limit = RateLimit(2, clock)
    limit.take("a")
    clock.now += 3600
    assert [limit.take("a") > 0 for _ in range(3)] == [False, False, True]


def test_memory_is_bounded_and_who_waits_longest_is_remembered(clock: Clock) -> None:
    limit = RateLimit(2, clock, max_addresses=10)
    limit.take("greedy"), limit.take("greedy")
    for n in range(1000):
        assert limit.take(f"address-{n}") == 0
    assert len(limit._full_at) <= 10
    assert limit.take("greedy") > 0


def test_addresses_that_are_done_make_room_first(clock: Clock) -> None:
    limit = RateLimit(1, clock, max_addresses=2)
    limit.take("old")
    clock.now += 59
    limit.take("recent")
    clock.now += 2
    limit.take("new")
    assert set(limit._full_at) == {"recent", "new"}
