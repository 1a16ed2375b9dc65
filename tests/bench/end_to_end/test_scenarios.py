"""Os planos têm o tamanho, o ritmo e a gente que dizem."""

import itertools

import msgspec
import pytest

from bench.end_to_end.scenarios import MOST_PEOPLE, NAMES, WARM_UP, Load, named, standard

EVERY = [load for name in NAMES for load in named(name, minutes=1.0)]


@pytest.mark.parametrize("load", EVERY, ids=lambda load: load.name)
def test_a_plan_is_in_order_and_each_of_its_messages_is_another(load: Load) -> None:
    plan = load.posts()
    assert all(before.due_s <= after.due_s for before, after in itertools.pairwise(plan))
    ids = [message.id for post in plan for message in post.messages]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("load", EVERY, ids=lambda load: load.name)
def test_whoever_warms_up_never_writes_again(load: Load) -> None:
    warm = {message.person for post in load.warm_up() for message in post.messages}
    measured = {message.person for post in load.posts() for message in post.messages}
    assert len(warm) == WARM_UP
    assert not warm & measured
    assert min(measured) >= 1
    assert max(measured) <= MOST_PEOPLE


def test_another_process_makes_the_same_plan_from_the_description() -> None:
    (load,) = named("parallel")
    again = msgspec.json.decode(msgspec.json.encode(load), type=Load)
    assert again.posts() == load.posts()


def test_a_ramp_reaches_its_rate_in_a_fifth_of_its_time_and_keeps_it() -> None:
    (load,) = named("ramp", minutes=10.0)
    due = [post.due_s for post in load.posts()]
    rising = sum(each < 120 for each in due)
    assert rising == pytest.approx(1000, rel=0.01)  # metade do ritmo, em dois minutos
    assert len(due) - rising == pytest.approx(8000, rel=0.01)
    assert sum(each < 60 for each in due) == pytest.approx(250, rel=0.05)
    assert max(due) < 600


def test_the_quick_set_is_a_hundred_messages_in_two_seconds() -> None:
    (load,) = standard(quick=True)
    plan = load.posts()
    assert len(plan) == 100
    assert max(post.due_s for post in plan) < 2


def test_in_a_row_the_order_of_the_webhooks_is_known() -> None:
    (load,) = named("row")
    assert load.connections == 1
    assert [message.seq for post in load.posts() for message in post.messages] == list(range(100))
