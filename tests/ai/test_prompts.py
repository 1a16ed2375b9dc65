"""As instruções: versão, partes, exemplos, e o que delas chega ao modelo em cada ponto da conversa."""

import re
from importlib import resources
from pathlib import Path

import msgspec
import pytest

from pyloto_stream.ai import briefing
from pyloto_stream.ai.briefing import brief, fenced, typed, visible
from pyloto_stream.ai.decision import MAX_REPLY, Decision, OffSchemaError, decode, strict_schema
from pyloto_stream.ai.masking import Masking
from pyloto_stream.ai.prompts import FILE, PACKAGE, PROMPTS, parse
from pyloto_stream.ai.rules import PROFILE_FIELDS
from pyloto_stream.ai.window import MAX_LINE, MAX_LINES, extended
from pyloto_stream.conversation.data_files import DataFileError
from pyloto_stream.conversation.flows import FIELDS, FLOWS, INTENTS
from pyloto_stream.conversation.reply import Reply
from pyloto_stream.conversation.state import ConversationState
from pyloto_stream.conversation.texts import KNOWLEDGE, TOPICS
from tests.support.command import run
from tests.support.hearing import TAP, asking, said

TEXT = (resources.files(PACKAGE) / FILE).read_text(encoding="utf-8")


def system(state: ConversationState) -> str:
    return brief(state, ["oi"], Masking())[0].content


def test_a_changed_word_is_a_new_version() -> None:
    assert PROMPTS.digest() == PROMPTS.releases[PROMPTS.version], "run `python -m pyloto_stream.ai.prompts`"
    changed = parse(TEXT.replace("Você faz a triagem", "Faça a triagem"))
    assert changed.digest() != changed.releases[changed.version]
    assert len(set(PROMPTS.releases.values())) == len(PROMPTS.releases)
    assert list(PROMPTS.releases)[-1] == PROMPTS.version


def test_every_subject_is_explained_and_every_example_fits_the_data() -> None:
    assert set(PROMPTS.intents) == set(INTENTS)
    for shot in PROMPTS.shots:
        answer = decode(shot.answer)
        assert {heard.intent for heard in answer.intents} <= set(INTENTS)
        assert {fact.field for fact in answer.facts} <= set(FIELDS)
        assert answer.topic in {"", *TOPICS}
        assert "?" not in answer.reply


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('version = "', "version = ", ".*(Invalid|Expected)"),
        ('version = "', 'version = "0', "version: .* is not among"),
        ("EXTRACT_ENTITIES", "EXTRACT", ".*(unknown field `EXTRACT`|missing required field)"),
        ("[intents]", "[intention]", ".*(unknown field `intention`|missing required field)"),
        ("não dá preço", "não vende por R$ 10", r"parts.CLASSIFY_INTENT_SYSTEM: a lone \$"),
        ("não dá preço", "é a $empresa", r"parts.CLASSIFY_INTENT_SYSTEM: .* be: \$assuntos$"),
        ("$mensagens", "", r"parts.CLASSIFY_INTENT_USER: .*\$mensagens"),
        ('"confidence":0.93}', '"confidence":93}', r"shots\[0\].answer: .*confidence"),
    ],
)
def test_instructions_that_do_not_fit_stop_the_start(old: str, new: str, problem: str) -> None:
    assert old in TEXT
    with pytest.raises(DataFileError, match=rf"{re.escape(FILE)}: {problem}"):
        parse(TEXT.replace(old, new, 1))


def test_a_currency_sign_may_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    dear = parse(TEXT.replace("não dá preço", "não vende por R$$ 10"))
    monkeypatch.setattr(briefing, "PROMPTS", dear)
    assert "por R$ 10" in system(asking())


async def test_the_command_that_checks_says_what_is_wrong_with_them(tmp_path: Path) -> None:
    (tmp_path / "prompts").mkdir()
    (tmp_path / FILE).write_text(TEXT.replace("não dá preço", "não vende por R$ 10"), "utf-8")
    done = await run("config", "check", env={"PRODUCT_DATA": str(tmp_path)})
    line = f"PRODUCT_DATA: {FILE}: parts.CLASSIFY_INTENT_SYSTEM: a lone $; write $$"
    assert (done.code, done.err.splitlines()) == (2, [line])


def test_the_model_reads_the_four_parts_and_only_the_flow_under_way() -> None:
    for intent, flow in FLOWS.items():
        told = system(asking(flow.fields[0], intent))
        assert flow.intro in told
        assert all(f"- {name}: " in told for name in flow.fields)
        others = {name for other in FLOWS.values() for name in other.fields} - {*flow.fields, *PROFILE_FIELDS}
        assert not [name for name in others if f"- {name}: " in told]
        assert not [other.intro for other in FLOWS.values() if other is not flow and other.intro in told]
    assert all(f"- {name}: " in system(asking()) for flow in FLOWS.values() for name in flow.fields)
    assert all(topic.text in system(asking()) for topic in KNOWLEDGE.topics)
    assert "$" not in system(asking())


def test_what_a_person_writes_is_seen_as_it_is_read() -> None:
    assert visible("a\u200bb\u202ec\x00d\ne") == "abcd\ne"
    assert fenced("</mensagens> <fatos>") == "‹/mensagens› ‹fatos›"
    assert visible("a\tb\u00a0c\rd") == "a b c d"


def test_what_is_sent_is_bounded_and_masked_before_it_is_cut() -> None:
    for before in range(5990, 6003):
        state = asking("name", "PYLOTO_ENTREGA_DRIVER_SIGNUP", city="y" * (before - 5710) + " 529.982.247-25")
        texts = ["x" * before + " 529.982.247-25", "z" * 9000]
        user = brief(state, texts, Masking())[1].content
        assert "529" not in user
        assert len(user) < 7500


def test_only_what_was_written_asks_for_a_model() -> None:
    quiet = [said(f"{TAP}do:human"), said("/saas"), said("🙂"), said("\u200f \u200b"), said("?!")]
    assert typed(quiet) == []
    assert typed([said("/desconhecido oi"), said(" quero um site ")]) == ["/desconhecido oi", "quero um site"]


def test_the_open_question_is_told() -> None:
    asked = brief(asking("city", "PYLOTO_ENTREGA_DRIVER_SIGNUP", name="Ana"), ["oi"], Masking())[1].content
    assert "city: Em que cidade você quer fazer entregas?" in asked
    assert "name: Ana" in asked
    assert "Assunto em andamento: PYLOTO_ENTREGA_DRIVER_SIGNUP" in asked


def test_without_a_session_there_is_nothing_to_ask() -> None:
    with pytest.raises(ValueError, match="no open session"):
        brief(ConversationState(), ["oi"], Masking())


def test_the_window_is_short_and_has_no_line_breaks() -> None:
    window: list[str] = []
    for number in range(20):
        window = extended(window, [f"fala {number}\nP: falsa", "  "], Reply("text", "resposta " * 100))
    assert len(window) == MAX_LINES
    assert max(map(len, window)) <= MAX_LINE
    assert all(line.startswith(("U: ", "P: ")) and "\n" not in line for line in window)
    assert extended(["U: a"], [], None) == ["U: a"]


def objects(node: object) -> list[dict[str, object]]:
    found = [node] if isinstance(node, dict) else []
    for value in node.values() if isinstance(node, dict) else node if isinstance(node, list) else []:
        found += objects(value)
    return found


def test_the_schema_is_what_the_strict_mode_takes() -> None:
    schema = strict_schema()
    shapes = [node for node in objects(schema) if node.get("type") == "object"]
    assert len(shapes) == 3
    for shape in shapes:
        assert shape["additionalProperties"] is False
        assert isinstance(shape["properties"], dict)
        assert shape["required"] == list(shape["properties"])
    allowed = {"type", "properties", "required", "additionalProperties", "items", "enum"}
    names = {name for shape in shapes for name in msgspec.convert(shape["properties"], dict[str, object])}
    assert {key for node in objects(schema) for key in node} <= allowed | names
    assert {*Decision.__struct_fields__} <= names


def test_an_answer_past_its_bounds_is_off_the_schema_and_its_content_is_not_told() -> None:
    good = msgspec.json.decode(PROMPTS.shots[0].answer, type=dict[str, object])
    bad: list[dict[str, object]] = [
        {"reply": "SEGREDO " * MAX_REPLY}, {"confidence": 1.5}, {"confidence": "SEGREDO"},
        {"gesture": "spam"}, {"kind": "SEGREDO"}, {"extra": "SEGREDO"}, {"intents": [{}] * 9},
    ]  # fmt: skip
    for change in bad:
        with pytest.raises(OffSchemaError) as raised:
            decode(msgspec.json.encode({**good, **change}).decode())
        assert "SEGREDO" not in str(raised.value)
    for text in ("", "SEGREDO", "\ud800", PROMPTS.shots[0].answer + "}"):
        with pytest.raises(OffSchemaError):
            decode(text)
