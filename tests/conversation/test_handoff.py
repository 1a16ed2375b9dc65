"""O que recebe quem continua: resumo, encaminhamento, nível com motivos, e a nota que ordena."""

import itertools

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from pyloto_stream.conversation.flows import FIELDS, FLOWS, INTENTS, UNKNOWN
from pyloto_stream.conversation.handoff import DEFAULT_ROUTING, build_handoff, session_summary
from pyloto_stream.conversation.qualification import qualify
from pyloto_stream.conversation.records import Intent
from pyloto_stream.conversation.state import ConversationState, QueuedIntent, Session
from pyloto_stream.conversation.texts import TEXTS
from tests.support.talk import T0, Talk, heard, maybe, sure

CUSTOM: Intent = "CUSTOM_SOFTWARE"
DRIVER: Intent = "PYLOTO_ENTREGA_DRIVER_SIGNUP"
COMMERCIAL: list[Intent] = list(FLOWS)
WORDS = TEXTS.qualification


def critical(intent: Intent) -> list[str]:
    return [name for name in FLOWS[intent].fields if FIELDS[name].critical]


def full(intent: Intent, **more: str) -> dict[str, str]:
    return dict.fromkeys(critical(intent), "dito") | more


def without(intent: Intent, n: int, **more: str) -> dict[str, str]:
    return dict(itertools.islice(full(intent).items(), n, None)) | more


# --- nível e motivos ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("missing", "signals", "level"),
    [
        (0, {}, "medium"),
        (0, {"urgency": "yes"}, "high"),
        (0, {"role": "owner"}, "high"),
        (0, {"urgency": "yes", "role": "owner"}, "high"),
        (1, {}, "medium"),
        (1, {"urgency": "yes", "role": "owner"}, "medium"),
        (2, {}, "low"),
        (2, {"urgency": "yes", "role": "owner"}, "low"),
        (5, {}, "low"),
    ],
)
@pytest.mark.parametrize("intent", [CUSTOM, "SAAS_COMMUNICATION"])
def test_the_level_follows_the_table(
    intent: Intent, missing: int, signals: dict[str, str], level: str
) -> None:
    assert qualify(intent, without(intent, missing, **signals)).level == level


@pytest.mark.parametrize("intent", COMMERCIAL)
def test_a_refused_essential_counts_as_missing(intent: Intent) -> None:
    facts = full(intent, role="owner")
    facts[critical(intent)[0]] = UNKNOWN
    assert qualify(intent, facts).level == "medium"
    facts[critical(intent)[1]] = UNKNOWN
    assert qualify(intent, facts).level == "low"


@pytest.mark.parametrize("intent", COMMERCIAL)
@pytest.mark.parametrize("budget", [{}, {"budget": UNKNOWN, "monthly_budget": UNKNOWN}, {"budget": "5 mil"}])
def test_budget_never_blocks_high(intent: Intent, budget: dict[str, str]) -> None:
    assert qualify(intent, full(intent, urgency="yes", **budget)).level == "high"


def test_a_courier_decides_alone() -> None:
    verdict = qualify(DRIVER, full(DRIVER))
    assert verdict.level == "high"
    assert WORDS.decides_alone in verdict.reasons


@pytest.mark.parametrize("intent", sorted(set(INTENTS) - {*COMMERCIAL}))
def test_what_is_not_commercial_is_low(intent: Intent) -> None:
    verdict = qualify(intent, full(CUSTOM, urgency="yes", role="owner"))
    assert (verdict.level, verdict.reasons) == ("low", (WORDS.not_commercial,))


def test_each_reason_is_said_in_words() -> None:
    title = FLOWS[CUSTOM].title
    everything = qualify(CUSTOM, full(CUSTOM, urgency="yes", role="owner")).reasons
    assert everything == (
        WORDS.commercial.format(title=title), WORDS.complete, WORDS.urgent, WORDS.decider,
    )  # fmt: skip
    assert WORDS.missing_one.format(labels="problema atual") in qualify(CUSTOM, without(CUSTOM, 1)).reasons
    assert "Faltam dados essenciais: problema atual, o que precisa ter" in qualify(
        CUSTOM, without(CUSTOM, 2)
    ).reasons  # fmt: skip


# --- nota --------------------------------------------------------------------------------------------


def test_the_score_follows_its_documented_criteria() -> None:
    assert qualify(CUSTOM, {}).score == 30
    assert qualify("SAAS_COMMUNICATION", {}).score == 25
    assert qualify("PYLOTO_ENTREGA_MERCHANT_SIGNUP", {}).score == 20
    assert qualify(DRIVER, {}).score == 15 + 10
    assert qualify("INSTITUTIONAL", {}).score == 5
    assert qualify(CUSTOM, full(CUSTOM)).score == 30 + 40
    assert qualify(CUSTOM, without(CUSTOM, 1)).score == 30 + 32
    assert qualify(CUSTOM, {"urgency": "yes"}).score == 40
    assert qualify(CUSTOM, {"role": "owner"}).score == 40
    assert qualify(CUSTOM, {"budget": "5 mil"}).score == 35
    assert qualify(CUSTOM, {"budget": UNKNOWN}).score == 30
    assert qualify("SAAS_COMMUNICATION", {"monthly_budget": "500"}).score == 30
    assert qualify(CUSTOM, {"company": "Padaria"}).score == 35
    assert qualify(CUSTOM, full(CUSTOM, urgency="y", role="o", budget="5", company="P")).score == 100


@settings(max_examples=200, derandomize=True, deadline=None)
@given(
    st.sampled_from(INTENTS),
    st.dictionaries(st.sampled_from([*FIELDS, "urgency", "role"]), st.sampled_from(["dito", UNKNOWN])),
    st.sampled_from([*FIELDS, "urgency", "role"]),
)
def test_the_score_stays_in_bounds_and_knowing_more_never_lowers_it(
    intent: Intent, facts: dict[str, str], more: str
) -> None:
    verdict, better = qualify(intent, facts), qualify(intent, facts | {more: "dito"})
    assert 0 <= verdict.score <= better.score <= 100
    order = ["low", "medium", "high"]
    assert order.index(verdict.level) <= order.index(better.level)
    assert verdict.reasons


# --- resumo e encaminhamento -------------------------------------------------------------------------


def test_the_summary_has_a_paragraph_per_subject_with_data_and_no_unknowns() -> None:
    session = Session(
        id="s", opened_at_ms=T0, detected=[CUSTOM, "INSTITUTIONAL", DRIVER, "PYLOTO_ENTREGA_MERCHANT_SIGNUP"],
        facts={"users": "20", "budget": UNKNOWN, "vehicle": "Moto", "urgency": "yes"},
    )  # fmt: skip
    state = ConversationState(session=session, profile={"name": "Rui"})
    assert session_summary(state, session) == (
        "Sistema sob medida\nUsuários: 20\n\nCadastro de entregador\nNome: Rui\nVeículo: Moto"
    )


def test_signals_that_help_are_handed_over_and_internal_ones_are_not() -> None:
    talk = Talk()
    talk.hear(sure(CUSTOM, facts={"users": "20"}, signals={"role": "owner", "urgency": "yes"}))
    talk.hear(heard(gesture="human"))
    (handoff,) = talk.handoffs
    assert handoff.requirements == {"users": "20", "role": "owner"}
    assert WORDS.urgent in handoff.qualification_reasons


def test_the_handoff_carries_the_context_of_the_contract() -> None:
    talk = Talk()
    facts = {name: f"dito {name}" for name in FLOWS[CUSTOM].fields}
    talk.hear(sure(CUSTOM, "INSTITUTIONAL", facts=facts))
    session_id = talk.session.id
    talk.hear(heard(gesture="no"))
    (handoff,) = talk.handoffs
    assert (handoff.id, handoff.session_id, handoff.at_ms) == (
        f"{session_id}:handoff", session_id, talk.now_ms,
    )  # fmt: skip
    assert handoff.intents_detected == (CUSTOM, "INSTITUTIONAL")
    assert (handoff.resolved_intents, handoff.open_intents) == ((CUSTOM,), ("INSTITUTIONAL",))
    assert handoff.deadline == "dito deadline"
    assert handoff.routing == "comercial-sob-medida"
    assert (handoff.qualification_level, handoff.lead_score) == ("medium", 75)
    assert handoff.qualification_reasons[-1] == TEXTS.reasons["LEAD_COMPLETE"]


def test_confidence_is_of_the_subject_that_names_the_lead() -> None:
    talk = Talk()
    talk.hear(maybe(CUSTOM, 0.83))
    talk.hear(heard(gesture="human"))
    assert talk.handoffs[0].confidence == 0.83
    session = Session(
        id="s", opened_at_ms=T0, active="INSTITUTIONAL", confidence=0.9, detected=["INSTITUTIONAL", CUSTOM],
        queue=[QueuedIntent(CUSTOM, T0, 0.75)],
    )  # fmt: skip
    state = ConversationState(session=session)
    record = build_handoff(state, session, outcome="HANDOFF_HUMAN", reason="", now_ms=T0)
    assert (record.intent_primary, record.confidence) == (CUSTOM, 0.75)


@pytest.mark.parametrize("intent", INTENTS)
@pytest.mark.parametrize("outcome", ["HANDOFF_HUMAN", "SCHEDULED_FOLLOWUP"])
def test_everyone_is_routed_somewhere(intent: Intent, outcome: str) -> None:
    session = Session(id="s", opened_at_ms=T0, active=intent)
    record = build_handoff(
        ConversationState(session=session),
        session,
        outcome="HANDOFF_HUMAN" if outcome == "HANDOFF_HUMAN" else "SCHEDULED_FOLLOWUP",
        reason="NOT_A_KEY",
        now_ms=T0,
    )
    place = FLOWS[intent].routing if intent in FLOWS else DEFAULT_ROUTING
    assert record.routing == ("" if outcome == "HANDOFF_HUMAN" else "retorno/") + place


def test_only_the_last_summaries_are_kept() -> None:
    talk = Talk()
    for users in range(5):
        talk.hear(sure(CUSTOM, facts={"users": str(users)}))
        talk.hear(heard(gesture="cancel"))
    assert talk.state.summaries == [f"Sistema sob medida\nUsuários: {n}" for n in (2, 3, 4)]
