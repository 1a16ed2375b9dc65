"""Aceita uma mensagem, o prazo do silêncio já não existe: a sessão que segue aberta tem sempre outro."""

from itertools import product
from typing import get_args

import pytest

from pyloto_stream.conversation.events import MessageKind, TimerFired
from pyloto_stream.conversation.inbound import ANSWERED, cancelled_by
from pyloto_stream.conversation.records import Mode
from pyloto_stream.conversation.rules import SessionRules
from tests.support.talk import Talk, heard, sure
from tests.support.talk_rules import check_turn

KINDS: tuple[MessageKind, ...] = get_args(MessageKind)
MODES: tuple[Mode, ...] = get_args(Mode)
CUSTOM = sure("CUSTOM_SOFTWARE", facts={"users": "20"})
ANSWER = sure("INSTITUTIONAL")


def test_only_what_gets_an_answer_ends_the_silence() -> None:
    cancelled = {kind for kind in KINDS if set(cancelled_by(kind)) == {"awaiting_user", "session_idle"}}
    assert cancelled == ANSWERED
    assert {cancelled_by(kind) for kind in set(KINDS) - ANSWERED} == {()}


@pytest.mark.parametrize(("mode", "kind", "open_question"), [*product(MODES, KINDS, [True, False])])
def test_a_message_leaves_no_open_session_without_a_timer(
    mode: Mode,
    kind: MessageKind,
    open_question: bool,  # noqa: FBT001
) -> None:
    talk = Talk()
    talk.hear(CUSTOM if open_question else ANSWER)
    talk.mode = mode
    talk.now_ms += 1000
    talk.turn([talk.message(kind)], heard(facts={"name": "Rui"}))
    check_turn(talk)  # inclui: sessão aberta tem um prazo, e só um
    assert (talk.state.session is None) == (mode == "HUMAN")


@pytest.mark.parametrize("writes", [2, 4, 9])
def test_neither_does_a_flood_nor_what_is_written_during_it(writes: int) -> None:
    talk = Talk(SessionRules(flood_threshold=3))
    talk.hear(CUSTOM)
    for _ in range(writes):
        talk.hear(heard(facts={"name": "Rui"}), after_s=0)
        check_turn(talk)


def test_neither_does_what_is_written_while_a_route_cools_down() -> None:
    talk = Talk()
    talk.hear(sure("PYLOTO_ENTREGA_REQUEST"))
    assert talk.outcomes == ["ROUTE_EXTERNAL"]
    for _ in range(3):
        talk.hear(CUSTOM)
        check_turn(talk)


def test_while_paused_a_message_starts_the_silence_again() -> None:
    talk = Talk()
    talk.hear(CUSTOM)
    due_ms = talk.session.timer_due_ms
    talk.mode = "PAUSED"
    talk.hear(after_s=7199)
    assert talk.session.timer_due_ms == talk.now_ms + 7_200_000
    talk.turn([TimerFired("awaiting_user", talk.session.id, due_ms)])
    assert talk.outcomes == []
    talk.fire()
    assert talk.outcomes == ["SCHEDULED_FOLLOWUP"]
