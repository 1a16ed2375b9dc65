import pytest

from pyloto_stream.ai.lexicon import INTENT_RULES, LEXICON, READER, IntentRules, Rule, check_rules
from pyloto_stream.ai.parsers import answer
from pyloto_stream.conversation.data_files import DataFileError
from pyloto_stream.conversation.flows import FIELDS
from pyloto_stream.conversation.texts import OPTIONS, TOPICS


def test_a_rule_that_cites_an_unknown_concept_is_refused() -> None:
    rules = IntentRules(concepts={"a": ("x",)}, rules=(Rule("INSTITUTIONAL", ("a", "b"), 0.5),))
    with pytest.raises(DataFileError, match=r"unknown concepts: \['b'\]"):
        check_rules(rules, LEXICON)


def test_every_concept_is_used_by_a_rule() -> None:
    cited = {name for rule in INTENT_RULES.rules for name in (*rule.all, *rule.none)}
    assert set(INTENT_RULES.concepts) <= cited


def test_every_option_title_is_recognised_as_its_option() -> None:
    for name, field in FIELDS.items():
        for choice in field.choices:
            assert answer(READER.read(choice.title), name) == choice.value


def test_every_topic_but_the_last_has_words() -> None:
    assert [topic for topic in TOPICS if not any(READER.read(topic).words)] == []
    assert len(OPTIONS) <= 10
