"""Quando não perguntar: depois de falhas seguidas, ou se já se sabe a resposta."""

from pyloto_stream.ai.cache import Cache, key_of
from pyloto_stream.ai.chat import Message
from pyloto_stream.ai.circuit import FAILURES, PAUSE_MAX_S, PAUSE_S, Circuit
from pyloto_stream.ai.decision import decode
from pyloto_stream.ai.prompts import PROMPTS

ANSWER = decode(PROMPTS.shots[0].answer)


class Time:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def down(time: Time) -> Circuit:
    circuit = Circuit(time)
    assert [circuit.failed() for _ in range(FAILURES)] == [False] * (FAILURES - 1) + [True]
    return circuit


def test_a_few_failures_stop_nothing_and_a_success_forgets_them() -> None:
    circuit = Circuit(Time())
    for _ in range(10):
        assert not circuit.failed()
        assert circuit.allows()
        assert circuit.worked() is None


def test_the_pause_grows_up_to_its_limit_and_one_question_ends_it() -> None:
    time = Time()
    circuit, pauses = down(time), []
    for _ in range(8):
        began = time.now
        while not circuit.allows():
            time.now += 0.5
        pauses.append(time.now - began)
        assert not circuit.allows(), "only one may try"
        assert not circuit.failed(), "the same outage begins once"
    assert pauses[:3] == [PAUSE_S, 2 * PAUSE_S, 4 * PAUSE_S]
    assert pauses[-1] == PAUSE_MAX_S


def test_those_that_were_under_way_do_not_lengthen_the_pause() -> None:
    time = Time()
    circuit = down(time)
    assert [circuit.failed() for _ in range(30)] == [False] * 30
    time.now += PAUSE_S
    assert circuit.allows()


def test_a_try_that_never_ends_does_not_close_the_door_for_good() -> None:
    time = Time()
    circuit = down(time)
    time.now += PAUSE_S
    assert circuit.allows()
    time.now += PAUSE_S
    assert circuit.allows()


def test_the_length_of_an_outage_is_told_once() -> None:
    time = Time()
    circuit = down(time)
    time.now += 42
    outage = circuit.worked()
    assert outage is not None
    assert outage.seconds == 42
    assert circuit.worked() is None
    assert circuit.allows()


def test_the_cache_is_bounded_forgets_and_keeps_what_is_used() -> None:
    time = Time()
    cache = Cache(time, size=2, ttl_s=10)
    cache.put(b"a", ANSWER)
    cache.put(b"b", ANSWER)
    assert cache.get(b"a") == ANSWER
    cache.put(b"c", ANSWER)
    assert [cache.get(key) for key in (b"a", b"b", b"c")] == [ANSWER, None, ANSWER]
    time.now += 10
    assert cache.get(b"a") is None


def test_another_version_model_or_word_is_another_question() -> None:
    asked = [Message("user", "oi")]
    keys = {
        key_of("1", "m", asked), key_of("2", "m", asked), key_of("1", "n", asked),
        key_of("1", "m", [Message("user", "oi!")]), key_of("1", "m", [Message("system", "oi")]),
    }  # fmt: skip
    assert len(keys) == 5
    assert key_of("1", "m", asked) in keys
