"""O disjuntor: quando para de pedir, quando experimenta, quando volta ao normal, e o que conta disso."""

import pytest

from pyloto_stream.streams.breaker import FAILURES, FIRST_WAIT_S, QUIET_S, RECOVERED, Breaker
from pyloto_stream.streams.decide import Decider
from pyloto_stream.streams.model import Outcome, Plan, Snooze, Turn
from pyloto_stream.streams.stage import StageSpec, WorkerOptions
from tests.support.streams import Recorder

MOST_S = 8.0


class Scene:
    """Um disjuntor com o tempo na mão."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.heard = Recorder()
        self.breaker = Breaker("outbound", self.heard, MOST_S, lambda: self.now)

    def fail(self, times: int = 1, asked_s: float = 0.0) -> None:
        for _ in range(times):
            self.breaker.failed("graph_down", asked_s)

    def rest(self) -> float:
        """Espera até a próxima experiência e diz quanto esperou."""
        waited = self.breaker.resting_s
        self.now += waited
        return waited


def turn() -> Turn:
    return Turn(
        partition=0, entry_id="1-0", lane="turn", stage="two", conversation="ana", number=1, events=b"[]",
        state=b"", payload=b"", mode="", failures=0, snoozes=0, now_ms=0,
    )  # fmt: skip


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_scattered_failures_do_not_open_it(scene: Scene) -> None:
    for _ in range(10):
        scene.fail(FAILURES - 1)
        scene.breaker.worked()
    assert not scene.breaker.open
    assert scene.breaker.limit > 1000
    assert scene.heard.seen == []


def test_failures_in_a_row_stop_all_reading_and_are_told_once(scene: Scene) -> None:
    scene.fail(FAILURES + 30)
    assert scene.breaker.open
    assert scene.breaker.limit == 0
    assert FIRST_WAIT_S / 2 <= scene.breaker.resting_s <= FIRST_WAIT_S
    assert scene.heard.of("breaker_opened") == ["graph_down"]


def test_after_the_wait_one_entry_tries_and_a_failure_waits_longer(scene: Scene) -> None:
    scene.fail(FAILURES)
    waits = []
    for _ in range(8):
        waits.append(scene.rest())
        assert scene.breaker.limit == 1
        scene.fail()
        assert scene.breaker.limit == 0
    for shorter, longer in zip(waits, waits[2:], strict=False):
        assert longer >= min(shorter, MOST_S / 2)
    assert MOST_S / 2 <= waits[-1] <= MOST_S
    assert scene.heard.of("breaker_opened") == ["graph_down"]


def test_what_was_already_in_hand_when_it_opened_lengthens_nothing(scene: Scene) -> None:
    scene.fail(FAILURES)
    before = scene.breaker.resting_s
    scene.fail(20)
    scene.breaker.worked()
    assert scene.breaker.resting_s == before


def test_it_waits_as_long_as_it_is_asked_within_its_limit(scene: Scene) -> None:
    scene.fail(FAILURES, asked_s=5)
    assert scene.breaker.resting_s == 5
    scene.rest()
    scene.fail(asked_s=3600)
    assert scene.breaker.resting_s == MOST_S


def test_each_success_doubles_what_may_be_in_hand_until_it_is_over(scene: Scene) -> None:
    scene.fail(FAILURES)
    scene.now += 60
    limits = []
    for _ in range(RECOVERED):
        limits.append(scene.breaker.limit)
        scene.breaker.worked()
    assert limits == [1, 2, 4, 8]
    assert not scene.breaker.open
    assert scene.heard.of("breaker_closed") == [60.0]
    for _ in range(30):
        scene.breaker.worked()
    assert scene.breaker.limit > 1000


@pytest.mark.parametrize(
    "outcome",
    [Plan(asked=False), Snooze(1), Snooze(1, reply_id="r")],
    ids=["no call", "wait", "wait for news"],
)
def test_what_did_not_ask_the_dependency_says_nothing_of_it(scene: Scene, outcome: Outcome) -> None:
    options = WorkerOptions()
    decider = Decider(StageSpec("two", lambda _: outcome), options, scene.heard, lambda: 0, scene.breaker)
    scene.fail(FAILURES)
    scene.now += 60
    for _ in range(RECOVERED):
        decider.judge(turn(), outcome)
    assert scene.breaker.open
    assert scene.breaker.limit == 1
    for _ in range(RECOVERED):
        decider.judge(turn(), Plan())
    assert not scene.breaker.open


def test_a_relapse_is_the_same_outage(scene: Scene) -> None:
    scene.fail(FAILURES)
    scene.rest()
    scene.breaker.worked()
    scene.fail()
    assert scene.breaker.limit == 0
    scene.rest()
    for _ in range(RECOVERED):
        scene.breaker.worked()
    assert [name for name, _, _ in scene.heard.seen] == ["breaker_opened", "breaker_closed"]


def test_the_next_outage_starts_from_the_shortest_wait(scene: Scene) -> None:
    for _ in range(2):
        scene.fail(FAILURES)
        assert scene.rest() <= FIRST_WAIT_S
        scene.fail()
        scene.rest()
        for _ in range(RECOVERED):
            scene.breaker.worked()
    assert len(scene.heard.of("breaker_opened")) == 2


def test_where_little_is_asked_one_answer_and_some_quiet_end_the_outage(scene: Scene) -> None:
    scene.fail(FAILURES)
    scene.now += 60
    scene.breaker.worked()
    scene.breaker.settle()
    assert scene.heard.of("breaker_closed") == []
    scene.now += QUIET_S
    scene.breaker.settle()
    assert not scene.breaker.open
    assert scene.heard.of("breaker_closed") == [60.0], "the outage ended with the first answer"
