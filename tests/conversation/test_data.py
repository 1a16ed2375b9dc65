"""Os arquivos de dados: um erro neles aparece aqui (ou ao importar), não numa conversa."""

import re
import string
import tomllib
from importlib import resources
from typing import get_args

import msgspec
import pytest
from msgspec import structs

from pyloto_stream.conversation.data_files import load_toml
from pyloto_stream.conversation.endings import answer_text, reminder_text
from pyloto_stream.conversation.flow_checks import PLACEHOLDERS
from pyloto_stream.conversation.flow_files import PACKAGE
from pyloto_stream.conversation.flows import FIELDS, FLOWS, INTENTS, SUBJECTS, question
from pyloto_stream.conversation.texts import (
    COMMANDS,
    KNOWLEDGE,
    MIN_PARAGRAPH,
    OPTION_ROWS,
    OPTIONS,
    TEXTS,
    TOPICS,
    Texts,
    clip,
    join,
    options_reply,
)
from pyloto_stream.conversation.understanding import Gesture
from pyloto_stream.whatsapp import limits
from tests.support.talk_rules import check_reply

EVERYTHING = {
    **TEXTS.phrases(),
    **structs.asdict(TEXTS.qualification),
    **TEXTS.reasons,
    **COMMANDS,
    **TOPICS,
    **{f"{name}.question": field.question for name, field in FIELDS.items()},
    **{f"{name}.retry": field.retry for name, field in FIELDS.items()},
    **{f"{intent}.intro": flow.intro for intent, flow in FLOWS.items()},
}
PROMISES = re.compile(r"R\$|\bgrátis\b|desconto|garantimos|garantia|contrato|em até \d", re.IGNORECASE)


@pytest.mark.parametrize("name", EVERYTHING)
def test_every_text_has_exactly_the_placeholders_its_code_fills(name: str) -> None:
    found = {field for _, field, _, _ in string.Formatter().parse(EVERYTHING[name]) if field is not None}
    assert found == PLACEHOLDERS.get(name, frozenset())


@pytest.mark.parametrize("name", EVERYTHING)
def test_every_text_is_whole_short_and_promises_nothing(name: str) -> None:
    text = EVERYTHING[name]
    assert text == text.strip() != ""
    assert len(text) <= 500
    assert not PROMISES.search(text)


def test_the_reasons_the_code_names_exist() -> None:
    assert TEXTS.reasons.keys() >= {
        "LEAD_COMPLETE", "ASKED_HUMAN", "DATA_REQUEST", "NO_USABLE_ANSWER", "INTENT_LIMIT",
        "AWAITING_TIMEOUT", "SESSION_IDLE", "CLOSED_BY_OPERATOR", "FLOOD",
    }  # fmt: skip


def test_the_options_offer_each_subject_once_and_a_person() -> None:
    intents = [option.intent for option in OPTIONS if option.intent]
    actions = [option.action for option in OPTIONS if not option.intent]
    assert sorted(intents) == sorted(SUBJECTS)
    assert actions == ["human"]
    assert set(actions) <= set(get_args(Gesture))
    assert {row.id for row in OPTION_ROWS} == {f"intent:{intent}" for intent in SUBJECTS} | {"do:human"}
    assert len({row.title for row in OPTION_ROWS}) == len(OPTION_ROWS) <= limits.LIST_ROWS
    check_reply(options_reply(TEXTS.privacy_notice, TEXTS.welcome))


def test_the_buttons_of_going_on_fit_and_differ() -> None:
    assert TEXTS.continue_yes != TEXTS.continue_no
    assert max(map(len, (TEXTS.continue_yes, TEXTS.continue_no))) <= limits.BUTTON_TITLE


def test_the_intents_are_the_eight_of_the_contract() -> None:
    assert INTENTS == (
        "ENTRY_UNKNOWN", "CUSTOM_SOFTWARE", "SAAS_COMMUNICATION", "PYLOTO_ENTREGA_REQUEST",
        "PYLOTO_ENTREGA_DRIVER_SIGNUP", "PYLOTO_ENTREGA_MERCHANT_SIGNUP", "INSTITUTIONAL", "UNSUPPORTED",
    )  # fmt: skip


def test_every_commercial_subject_has_points_and_its_own_routing() -> None:
    assert FLOWS.keys() == SUBJECTS.keys() - {"PYLOTO_ENTREGA_REQUEST", "INSTITUTIONAL"}
    assert len({flow.points for flow in FLOWS.values()}) == len(FLOWS)
    assert len({flow.routing for flow in FLOWS.values()}) == len(FLOWS)
    assert len({flow.title for flow in FLOWS.values()}) == len(FLOWS)


@pytest.mark.parametrize("intent", FLOWS)
def test_a_flow_names_fields_that_exist_once_each(intent: str) -> None:
    flow = FLOWS[intent]
    assert set(flow.fields) <= FIELDS.keys()
    assert set(flow.questions) <= set(flow.fields)
    assert len(set(flow.fields)) == len(flow.fields) > 0
    assert any(FIELDS[name].critical for name in flow.fields)


def test_no_field_is_left_over() -> None:
    assert {name for flow in FLOWS.values() for name in flow.fields} == FIELDS.keys()


@pytest.mark.parametrize("name", FIELDS)
def test_a_field_asks_one_thing_and_its_choices_fit(name: str) -> None:
    field = FIELDS[name]
    assert field.question.count("?") == 1
    assert (field.input == "list") == bool(field.button)
    assert (field.parser in ("choice", "choices", "choice_or_text")) <= bool(field.choices)
    if field.input != "typed":
        assert field.choices
    assert len({choice.value for choice in field.choices}) == len(field.choices)
    assert len({choice.title for choice in field.choices}) == len(field.choices)
    assert all(choice.value.strip() for choice in field.choices)


@pytest.mark.parametrize(("intent", "name"), [(i, name) for i, flow in FLOWS.items() for name in flow.fields])
@pytest.mark.parametrize("again", [False, True])
def test_every_question_is_a_message_meta_takes(intent: str, name: str, again: bool) -> None:  # noqa: FBT001
    flow = FLOWS[intent]
    reply = question(flow, name, flow.intro, again=again)
    check_reply(reply)
    assert reply.text.endswith(
        FIELDS[name].retry if again else flow.questions.get(name, FIELDS[name].question)
    )
    assert [c.id for c in reply.choices] == (
        [] if FIELDS[name].input == "typed" else [f"fact:{name}:{c.value}" for c in FIELDS[name].choices]
    )


def test_profile_fields_are_filled_by_one_field_each() -> None:
    names = [field.profile for field in FIELDS.values() if field.profile]
    assert sorted(names) == ["business_name", "city", "name"]


def test_topics_and_commands_are_named_once_and_the_last_topic_answers_all() -> None:
    assert len(TOPICS) == len(KNOWLEDGE.topics)
    assert len(COMMANDS) == len(KNOWLEDGE.commands)
    assert (KNOWLEDGE.topics[-1].name, KNOWLEDGE.topics[-1].words) == ("about", ())
    assert all(topic.words for topic in KNOWLEDGE.topics[:-1])
    assert all(command.startswith("/") for command in COMMANDS)
    assert {"/automacao", "/sobmedida", "/saas", "/entregas_servicos"} <= COMMANDS.keys()


def test_every_link_is_written_once_and_shown() -> None:
    assert all(link.startswith("https://") for link in KNOWLEDGE.links.values())
    assert KNOWLEDGE.links["privacy"] in TEXTS.privacy_notice
    for text in (answer_text("PYLOTO_ENTREGA_REQUEST"), reminder_text("PYLOTO_ENTREGA_REQUEST")):
        assert KNOWLEDGE.links["delivery"] in text
    known = set(KNOWLEDGE.links.values())
    for text in EVERYTHING.values():
        assert {link.rstrip(".") for link in re.findall(r"https?://\S+", text)} <= known


def test_the_notice_is_one_line() -> None:
    assert "\n" not in TEXTS.privacy_notice


def test_a_missing_or_unknown_key_stops_the_import() -> None:
    raw = tomllib.loads((resources.files(PACKAGE) / "data" / "texts.toml").read_text(encoding="utf-8"))
    assert load_toml(PACKAGE, "texts.toml", Texts) == TEXTS
    with pytest.raises(msgspec.ValidationError, match="unknown field"):
        msgspec.convert(raw | {"surprise": "x"}, Texts)
    del raw["flood"]
    with pytest.raises(msgspec.ValidationError, match="flood"):
        msgspec.convert(raw, Texts)


# --- juntar e cortar ---------------------------------------------------------------------------------


def test_parts_become_paragraphs_and_empty_ones_vanish() -> None:
    assert join(("um", "", "dois", "  ", "três")) == "um\n\ndois\n\ntrês"
    assert join(()) == ""


def test_what_does_not_fit_leaves_the_longest_paragraph() -> None:
    text = join(("aviso", "x" * 5000, "y" * 700, "pergunta?"))
    assert len(text) <= 1024
    assert text.startswith("aviso\n\n" + "x" * 100)
    assert text.endswith("y" * 700 + "\n\npergunta?")
    assert "x…\n\ny" in text


def test_too_many_paragraphs_are_cut_at_the_end() -> None:
    text = join(["p" * (2 * MIN_PARAGRAPH - 1)] * 100)
    assert len(text) <= 1024
    assert text.endswith("…")


@pytest.mark.parametrize(("text", "cut"), [("abcd", "abcd"), ("abcde", "abc…"), ("ab  e", "ab…")])
def test_a_clip_keeps_the_limit_and_shows_the_cut(text: str, cut: str) -> None:
    assert clip(text, 4) == cut
