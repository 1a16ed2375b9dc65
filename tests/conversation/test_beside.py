"""O que acontece ao lado da conversa: respostas por fora, ligações, preferências, arquivos perdidos."""

from typing import Literal

import pytest
from msgspec import structs

from pyloto_stream.conversation.events import (
    CallReceived,
    Event,
    HumanReplied,
    Media,
    MediaFailed,
    MessageKind,
    PreferenceChanged,
    TurnFailed,
)
from pyloto_stream.conversation.records import MessageRecord, Mode
from pyloto_stream.conversation.texts import TEXTS, join
from pyloto_stream.conversation.wanted import MediaWanted
from tests.support.talk import NUMBER, PERSON, T0, Talk, sure

HOUR_MS = 3_600_000
CALL = CallReceived("wacid.1", NUMBER, PERSON, T0, "connect")


@pytest.fixture
def talk() -> Talk:
    return Talk()


def echo(talk: Talk, name: str = "wamid.E", *, standby: bool = False) -> HumanReplied:
    return HumanReplied(name, "text", talk.now_ms, text="Aqui é a Bia", standby=standby)


class TestHumanReplied:
    def test_reply_from_outside_takes_the_conversation_over(self, talk: Talk) -> None:
        talk.hear(sure("CUSTOM_SOFTWARE"))
        assert talk.turn([echo(talk)]) is None
        assert (talk.mode, talk.state.session, talk.outcomes) == ("HUMAN", None, ["HANDOFF_HUMAN"])
        assert (talk.handoffs, list(talk.timers)) == ([], ["handoff_release"])
        assert talk.hear() is None

    def test_what_a_person_said_is_kept_as_theirs(self, talk: Talk) -> None:
        talk.turn([echo(talk)])
        assert talk.records[0] == MessageRecord("wamid.E", "out", "HUMAN", T0, "text", "Aqui é a Bia")
        (action,) = talk.acted("HUMAN_REPLIED")
        assert (action.reason, action.data) == ("BUSINESS_APP", {"mode": "HUMAN"})

    def test_bot_does_not_answer_what_a_person_answered_first(self, talk: Talk) -> None:
        assert talk.turn([talk.message(), echo(talk)], sure("INSTITUTIONAL")) is None
        assert talk.said == []

    def test_paused_stays_paused(self, talk: Talk) -> None:
        talk.mode = "PAUSED"
        talk.turn([echo(talk)])
        assert (talk.mode, talk.timers) == ("PAUSED", {})

    def test_each_reply_puts_the_return_to_the_bot_off(self, talk: Talk) -> None:
        talk.turn([echo(talk)])
        talk.now_ms += 6 * HOUR_MS
        talk.turn([echo(talk, "wamid.F")])
        talk.wait(11 * 3600)
        modes: list[Mode] = [talk.mode]
        talk.wait(2 * 3600)
        assert [*modes, talk.mode] == ["HUMAN", "BOT"]

    def test_echo_while_another_agent_has_the_thread_is_only_recorded(self, talk: Talk) -> None:
        talk.hear(sure("CUSTOM_SOFTWARE"))
        talk.turn([echo(talk, standby=True)])
        assert (talk.mode, talk.state.session is None) == ("BOT", False)
        assert talk.acted("HUMAN_REPLIED")[0].reason == "STANDBY"


class TestStandby:
    @pytest.mark.parametrize("kind", ["text", "image"])
    def test_message_to_another_agent_is_recorded_and_nothing_else(
        self, talk: Talk, kind: MessageKind
    ) -> None:
        message = structs.replace(talk.message(kind), standby=True, media=Media("m"))
        before = talk.state
        assert talk.turn([message], sure("INSTITUTIONAL")) is None
        assert (talk.state, talk.wanted, len(talk.records)) == (before, [], 1)


class TestCallReceived:
    def test_call_opens_the_window_and_is_told_that_here_one_writes(self, talk: Talk) -> None:
        reply = talk.turn([CALL])
        assert reply is not None
        assert reply.text.endswith(TEXTS.call)
        assert (talk.state.last_inbound_at_ms, talk.state.reply_to) == (T0, PERSON)
        assert [action.reason for action in talk.acted("CALL_RECEIVED")] == ["CONNECT"]
        assert list(talk.timers) == ["session_idle"]

    def test_who_calls_first_reads_the_privacy_notice_once(self, talk: Talk) -> None:
        reply = talk.turn([CALL])
        assert reply is not None
        assert reply.text == join((TEXTS.privacy_notice, TEXTS.call))
        assert (talk.state.consent_version, talk.state.consent_at_ms) == (TEXTS.privacy_version, T0)
        assert [action.reason for action in talk.acted("PRIVACY_NOTICE_SHOWN")] == [TEXTS.privacy_version]
        assert TEXTS.privacy_notice not in talk.asks(sure("CUSTOM_SOFTWARE")).text

    def test_notice_is_not_spent_on_a_line_that_gives_way_to_an_answer(self, talk: Talk) -> None:
        failure = TurnFailed(
            "ai", "handler_failed", 1, reply_to=PERSON, phone_number_id=NUMBER, sent_at_ms=T0
        )
        reply = talk.turn([failure, talk.message(), CALL], sure("INSTITUTIONAL"))
        assert reply is not None
        assert reply.text.startswith(TEXTS.privacy_notice)

    def test_line_is_said_once_per_session(self, talk: Talk) -> None:
        talk.turn([CALL])
        assert talk.turn([structs.replace(CALL, status="terminate")]) is None
        talk.wait(3600)
        assert talk.state.session is None
        assert talk.turn([structs.replace(CALL, id="wacid.2", at_ms=talk.now_ms)]) is not None

    @pytest.mark.parametrize("mode", ["HUMAN", "PAUSED"])
    def test_who_is_attended_by_a_person_hears_nothing(
        self, talk: Talk, mode: Literal["HUMAN", "PAUSED"]
    ) -> None:
        talk.mode = mode
        assert talk.turn([CALL]) is None
        assert (talk.state.session, talk.state.last_inbound_at_ms) == (None, T0)

    @pytest.mark.parametrize("first", [0, 1])
    def test_line_that_gives_way_to_an_answer_is_said_another_time(self, talk: Talk, first: int) -> None:
        events: list[Event] = [talk.message(), CALL]
        reply = talk.turn([events[first], events[1 - first]], sure("INSTITUTIONAL"))
        assert reply is not None
        assert reply.text != TEXTS.call
        again = talk.turn([structs.replace(CALL, id="wacid.2")])
        assert again is not None
        assert again.text == TEXTS.call

    def test_after_a_route_elsewhere_a_call_is_met_with_silence_unless_one_is_talking_again(
        self, talk: Talk
    ) -> None:
        talk.state.cooldown_until_ms = talk.now_ms + HOUR_MS
        assert talk.turn([CALL]) is None
        assert talk.state.session is None
        talk.state.cooldown_until_ms = 0
        talk.asks(sure("CUSTOM_SOFTWARE"))
        talk.state.cooldown_until_ms = talk.now_ms + HOUR_MS
        reply = talk.turn([structs.replace(CALL, id="wacid.2")])
        assert reply is not None
        assert reply.text == TEXTS.call

    def test_call_is_no_answer_to_an_open_question(self, talk: Talk) -> None:
        talk.asks(sure("CUSTOM_SOFTWARE"))
        asked, timers = talk.session.asked, dict(talk.timers)
        talk.turn([CALL])
        assert (talk.session.asked, talk.timers) == (asked, timers)


class TestPreferenceChanged:
    def test_newest_wish_counts_in_whatever_order_they_come(self, talk: Talk) -> None:
        talk.turn([PreferenceChanged("stop", T0 + 5), PreferenceChanged("resume", T0)])
        first = talk.state.marketing_opt_out
        talk.turn([PreferenceChanged("resume", T0 + 6)])
        assert (first, talk.state.marketing_opt_out) == (True, False)
        assert [action.reason for action in talk.acted("MARKETING_PREFERENCE")] == [
            "STOP", "RESUME", "RESUME",
        ]  # fmt: skip

    def test_it_opens_no_window_and_no_session(self, talk: Talk) -> None:
        assert talk.turn([PreferenceChanged("stop", T0)]) is None
        assert (talk.state.last_inbound_at_ms, talk.state.session) == (0, None)


class TestMedia:
    @pytest.mark.parametrize("mode", ["BOT", "HUMAN", "PAUSED"])
    @pytest.mark.parametrize("kind", ["image", "video", "audio", "document"])
    def test_file_is_wanted_in_every_mode(
        self, talk: Talk, kind: MessageKind, mode: Literal["BOT", "HUMAN", "PAUSED"]
    ) -> None:
        talk.mode = mode
        talk.turn([structs.replace(talk.message(kind), media=Media("m1"))], sure("INSTITUTIONAL"))
        assert talk.wanted == [MediaWanted("wamid.1", kind, NUMBER, Media("m1"), T0, "c1")]

    def test_sticker_is_not_fetched(self, talk: Talk) -> None:
        talk.turn([structs.replace(talk.message("sticker"), media=Media("m1"))])
        assert talk.wanted == []

    def test_lost_file_is_asked_for_again_once_per_session(self, talk: Talk) -> None:
        talk.hear(sure("CUSTOM_SOFTWARE"))
        reply = talk.turn([MediaFailed("wamid.1", "image", "media_gone")])
        assert reply is not None
        assert reply.text == TEXTS.media_failed
        assert talk.turn([MediaFailed("wamid.2", "image", "media_gone")]) is None
        assert [action.reason for action in talk.acted("MEDIA_FAILED")] == ["MEDIA_GONE"] * 2

    def test_without_an_open_session_nobody_is_asked(self, talk: Talk) -> None:
        assert talk.turn([MediaFailed("wamid.1", "image", "media_gone")]) is None
        assert len(talk.acted("MEDIA_FAILED")) == 1

    @pytest.mark.parametrize("mode", ["HUMAN", "PAUSED"])
    def test_who_is_attended_by_a_person_is_not_asked(
        self, talk: Talk, mode: Literal["HUMAN", "PAUSED"]
    ) -> None:
        talk.hear(sure("CUSTOM_SOFTWARE"))
        talk.mode = mode
        assert talk.turn([MediaFailed("wamid.1", "image", "media_gone")]) is None
        assert "media" not in talk.session.told
