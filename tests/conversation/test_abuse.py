"""Excesso (contrato, seção 6): um aviso, silêncio que dobra, perdão em um dia."""

import random

import pytest

from pyloto_stream.conversation.reply import Reply
from pyloto_stream.conversation.texts import TEXTS
from tests.support.talk import T0, Talk, heard, sure
from tests.support.talk_rules import check_turn

HOUR_MS = 3_600_000
THRESHOLD = 10


@pytest.fixture
def talk() -> Talk:
    return Talk()


def burst(talk: Talk, n: int = THRESHOLD + 1) -> Reply | None:
    return talk.turn([talk.message() for _ in range(n)])


def silence_s(talk: Talk) -> int:
    return (talk.state.flood_until_ms - talk.now_ms) // 1000


def test_ten_messages_in_a_minute_are_a_talkative_person(talk: Talk) -> None:
    reply = burst(talk, THRESHOLD)
    assert reply is not None
    assert reply.kind == "list"
    assert talk.outcomes == []


def test_the_eleventh_starts_a_flood_with_one_notice(talk: Talk) -> None:
    assert burst(talk) == Reply(kind="text", text=TEXTS.flood)
    assert talk.outcomes == ["DUPLICATE_OR_SPAM"]
    assert [talk.hear(after_s=20) for _ in range(10)] == [None] * 10
    assert len(talk.closed) == 1
    (act,) = talk.acted("FLOOD_STARTED")
    assert act.data == {"level": 1, "silence_s": 300}
    check_turn(talk)


def test_across_turns_they_count_too(talk: Talk) -> None:
    replies = [talk.hear(sure("INSTITUTIONAL"), after_s=5) for _ in range(THRESHOLD + 1)]
    assert replies[-1] == Reply(kind="text", text=TEXTS.flood)
    assert TEXTS.flood not in [reply.text for reply in replies[:-1] if reply]


def test_more_than_a_minute_apart_they_do_not(talk: Talk) -> None:
    for _ in range(40):
        talk.hear(sure("INSTITUTIONAL"), after_s=6)
    assert talk.outcomes == []
    assert len(talk.state.recent_ms) <= THRESHOLD + 1


def test_messages_in_the_silence_are_recorded_all_the_same(talk: Talk) -> None:
    burst(talk)
    talk.hear()
    assert sum(record.id.startswith("wamid.") for record in talk.records) == 12 + 1


def test_after_the_silence_the_person_is_heard_again(talk: Talk) -> None:
    burst(talk)
    assert talk.hear(after_s=299) is None
    assert talk.hear(after_s=1) is not None


def test_each_repeat_in_a_day_doubles_the_silence_up_to_six_hours(talk: Talk) -> None:
    silences = []
    for _ in range(10):
        burst(talk)
        silences.append(silence_s(talk))
        talk.now_ms = talk.state.flood_until_ms
    assert silences == [300, 600, 1200, 2400, 4800, 9600, 19200, 21600, 21600, 21600]


def test_a_quiet_day_forgives(talk: Talk) -> None:
    burst(talk)
    talk.now_ms += 24 * HOUR_MS - 1
    burst(talk)
    assert silence_s(talk) == 600
    talk.now_ms += 24 * HOUR_MS
    burst(talk)
    assert silence_s(talk) == 300


@pytest.mark.parametrize("order", ["oldest first", "newest first", "any"])
def test_old_messages_delivered_again_all_at_once_are_no_flood(talk: Talk, order: str) -> None:
    sent = [T0 - i * 300_000 for i in range(50)]
    if order == "oldest first":
        sent.reverse()
    elif order == "any":
        random.Random(7).shuffle(sent)
    assert talk.turn([talk.message(sent_at_ms=at) for at in sent]) is not None
    assert talk.outcomes == []


@pytest.mark.parametrize("reverse", [False, True])
def test_a_flood_is_seen_in_whatever_order_it_arrives(talk: Talk, reverse: bool) -> None:  # noqa: FBT001
    sent = sorted((T0 + i * 5000 for i in range(THRESHOLD + 1)), reverse=reverse)
    talk.turn([talk.message(sent_at_ms=at) for at in sent])
    assert talk.outcomes == ["DUPLICATE_OR_SPAM"]


def test_without_a_sending_time_the_time_of_acceptance_counts(talk: Talk) -> None:
    talk.turn([talk.message(sent_at_ms=0) for _ in range(THRESHOLD + 1)])
    assert talk.outcomes == ["DUPLICATE_OR_SPAM"]
    assert talk.state.last_inbound_at_ms == T0


def test_what_gets_no_reply_counts_for_nothing(talk: Talk) -> None:
    assert talk.turn([talk.message("sticker") for _ in range(40)]) is None
    assert talk.state.session is None
    assert talk.state.recent_ms == []


def test_a_flood_in_the_middle_of_a_flow_ends_it(talk: Talk) -> None:
    talk.hear(sure("CUSTOM_SOFTWARE", facts={"users": "20"}))
    burst(talk)
    assert talk.outcomes == ["DUPLICATE_OR_SPAM"]
    assert set(talk.timers) == set()


def test_a_complete_lead_is_not_lost_to_haste(talk: Talk) -> None:
    facts = {"name": "a", "city": "b", "vehicle": "c", "availability": "d"}
    talk.hear(sure("PYLOTO_ENTREGA_DRIVER_SIGNUP", "INSTITUTIONAL", facts=facts))
    assert burst(talk) == Reply(kind="text", text=TEXTS.flood)
    assert talk.outcomes == ["HANDOFF_HUMAN"]
    assert talk.handoffs[0].requirements == facts
    assert TEXTS.reasons["FLOOD"] in talk.handoffs[0].qualification_reasons
    assert talk.mode == "HUMAN"
    check_turn(talk)


def test_a_flood_in_a_cool_down_gets_its_notice_and_then_nothing(talk: Talk) -> None:
    talk.hear(sure("PYLOTO_ENTREGA_REQUEST"))
    assert burst(talk) == Reply(kind="text", text=TEXTS.flood)
    assert talk.hear() is None


def test_a_person_with_an_attendant_may_write_as_much_as_they_like(talk: Talk) -> None:
    talk.hear(heard(gesture="human"))
    assert burst(talk, 40) is None
    assert talk.acted("FLOOD_STARTED") == []
