"""Campo a campo: o que é firme fica, o que se confere entra, o que falta vem das regras."""

import msgspec
import pytest

from pyloto_stream.ai.decision import Decision
from pyloto_stream.ai.merging import Turn, merge
from pyloto_stream.ai.rules import understand
from pyloto_stream.conversation.events import MessageReceived
from pyloto_stream.conversation.forms import FORM
from pyloto_stream.conversation.intents import CONFIDENT
from pyloto_stream.conversation.state import ConversationState
from pyloto_stream.conversation.understanding import Understanding
from tests.support.hearing import TAP, asking, said

NOTHING: dict[str, object] = {
    "intents": [], "facts": [], "gesture": "", "topic": "", "aside": False, "kind": "", "reply": "",
    "confidence": 0.9,
}  # fmt: skip


def decided(**parts: object) -> Decision:
    return msgspec.convert({**NOTHING, **parts}, Decision)


def intent(name: str, confidence: float = 0.9) -> dict[str, object]:
    return {"intent": name, "confidence": confidence}


def fact(field: str, value: str, *, correction: bool = False) -> dict[str, object]:
    return {"field": field, "value": value, "correction": correction}


def merged(state: ConversationState, messages: list[MessageReceived], **parts: object) -> Understanding:
    assert state.session is not None
    text = "\n".join(m.text for m in messages if not m.choice and m.kind != "form")
    return merge(understand(state, messages), decided(**parts), Turn(state, state.session, messages, text))[0]


def heard(state: ConversationState, text: str, **parts: object) -> Understanding:
    return merged(state, [said(text)], **parts)


DRIVER = "PYLOTO_ENTREGA_DRIVER_SIGNUP"


def test_a_sure_intent_of_the_model_stands_where_the_rules_have_none() -> None:
    text = "a gente tá perdido com as encomendas aqui"
    found = heard(asking(), text, intents=[intent("CUSTOM_SOFTWARE")])
    assert [(s.intent, s.confidence) for s in found.intents] == [("CUSTOM_SOFTWARE", 0.9)]
    assert found.engine == "model"


@pytest.mark.parametrize(("one", "whole"), [(0.69, 0.9), (0.95, 0.5)])
def test_an_unsure_intent_switches_nothing(one: float, whole: float) -> None:
    state = asking()
    found = heard(state, "quero ser entregador", intents=[intent("CUSTOM_SOFTWARE", one)], confidence=whole)
    assert found.intents == understand(state, [said("quero ser entregador")]).intents


def test_what_was_chosen_with_a_tap_is_not_guessed_again() -> None:
    messages = [said(f"{TAP}intent:CUSTOM_SOFTWARE"), said("quero sim", 1)]
    found = merged(asking("@intent"), messages, intents=[intent("UNSUPPORTED")], gesture="cancel")
    assert found.explicit == "CUSTOM_SOFTWARE"
    assert found.gesture != "cancel"


def test_a_tapped_fact_is_not_replaced() -> None:
    state = asking("vehicle", DRIVER, name="Ana", city="Londrina PR")
    messages = [said(f"{TAP}fact:vehicle:Moto"), said("às vezes de bicicleta", 1)]
    assert merged(state, messages, facts=[fact("vehicle", "Bicicleta")]).facts["vehicle"] == "Moto"


def test_a_filled_form_is_not_replaced() -> None:
    form = MessageReceived(
        id="f", kind="form", phone_number_id="1", reply_to="p", sent_at_ms=1, accepted_at_ms=1,
        form={FORM: "driver_signup", "name": "Bia Reis"},
    )  # fmt: skip
    found = merged(
        asking("name", DRIVER), [form, said("sou a Ana Souza", 1)], facts=[fact("name", "Ana Souza")]
    )
    assert found.facts["name"] == "Bia Reis"


@pytest.mark.parametrize("strong", ["quero falar com um atendente", "cancelar", "quero apagar meus dados"])
def test_the_strong_gestures_of_the_rules_always_win(strong: str) -> None:
    alone = understand(asking("name", DRIVER), [said(strong)]).gesture
    assert alone
    assert heard(asking("name", DRIVER), strong, gesture="greeting").gesture == alone


def test_a_gesture_of_the_model_needs_certainty() -> None:
    text = "acho melhor deixar isso tudo pra lá então"
    assert heard(asking("name", DRIVER), text, gesture="cancel").gesture == "cancel"
    assert heard(asking("name", DRIVER), text, gesture="cancel", confidence=0.6).gesture != "cancel"


def test_facts_of_the_model_are_in_the_form_of_their_field() -> None:
    state = asking("vehicle", DRIVER, name="Ana", city="Londrina PR")
    assert heard(state, "tenho uma ninja 400", facts=[fact("vehicle", "moto")]).facts["vehicle"] == "Moto"


@pytest.mark.parametrize(
    "invented",
    [fact("city", "Curitiba PR"), fact("name", "Zeca Pagodinho"), fact("users", "80"), fact("vehicle", "")],
)
def test_what_was_not_said_or_not_wanted_is_no_fact(invented: dict[str, object]) -> None:
    found = heard(asking("name", DRIVER), "sou a Ana Souza", facts=[invented])
    assert found.facts == {"name": "Ana Souza"}


def test_a_correction_of_the_model_replaces_and_leaves_no_double() -> None:
    state = asking("vehicle", DRIVER, name="Ana", city="Londrina PR")
    found = heard(
        state, "moro em Maringá PR, me enganei", facts=[fact("city", "Maringá PR", correction=True)]
    )
    assert found.corrections["city"] == "Maringá PR"
    again = heard(state, "moro em Maringá PR", facts=[fact("city", "Maringá PR")])
    assert "city" not in again.facts


def test_a_question_is_no_answer_when_the_model_is_sure() -> None:
    state = asking("current_problem", "CUSTOM_SOFTWARE", client_type="Empresa")
    text = "vocês atendem todo o Brasil ou só o Paraná"
    found = heard(state, text, aside=True, topic="about", intents=[intent("INSTITUTIONAL")])
    assert found.aside
    assert found.topic == "about"
    assert "current_problem" not in found.facts
    assert max((score.confidence for score in found.intents), default=0) < CONFIDENT


def test_a_subject_only_the_model_saw_takes_the_facts_the_rules_can_read() -> None:
    text = "tô atrás de trampo de entrega, sou de Londrina PR"
    assert heard(asking(), text, intents=[intent(DRIVER)]).facts["city"] == "Londrina PR"


def test_what_the_model_does_not_give_comes_from_the_rules() -> None:
    for text in ("quero ser entregador, sou de Londrina PR", "oi", "quanto custa?"):
        alone = understand(asking(), [said(text)])
        assert heard(asking(), text) == msgspec.structs.replace(alone, engine="model")
