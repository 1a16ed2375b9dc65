import re

import pytest

from pyloto_stream.conversation.flows import FIELDS
from pyloto_stream.conversation.intents import CHOOSE, CONFIDENT
from pyloto_stream.conversation.records import HandoffRecord, Intent
from pyloto_stream.conversation.texts import COMMANDS, TEXTS, TOPICS
from tests.support.hearing import Talk, asking, hear

DRIVER: Intent = "PYLOTO_ENTREGA_DRIVER_SIGNUP"
EXPECTED = {
    "name": "Ana Souza",
    "city": "Londrina PR",
    "vehicle": "Moto",
    "availability": "Noite, Fim de semana",
}


def handed_over(talk: Talk) -> HandoffRecord:
    assert talk.state.last_outcome == "HANDOFF_HUMAN"
    records = [record for step in talk.steps for record in step.records if isinstance(record, HandoffRecord)]
    return records[-1]


def test_a_driver_signs_up_in_one_message() -> None:
    talk = Talk()
    talk.turn(
        "bom dia! quero ser entregador, me chamo Ana Souza, moro em londrina pr, tenho uma moto e posso "
        "trabalhar de noite e fim de semana"
    )
    record = handed_over(talk)
    assert record.requirements == EXPECTED
    assert record.qualification_level == "high"


def test_a_driver_signs_up_step_by_step() -> None:
    talk = Talk().all(["oi", "quero ser entregador", "Ana Souza", "londrina, paraná", "moto", "noites e fds"])
    assert handed_over(talk).requirements == EXPECTED


def test_a_driver_signs_up_by_tapping() -> None:
    talk = Talk().all(
        [
            "oi",
            f"@intent:{DRIVER}",
            "Ana Souza",
            "Londrina PR",
            "@fact:vehicle:Moto",
            "@fact:availability:Noite",
        ]
    )
    assert handed_over(talk).requirements == {**EXPECTED, "availability": "Noite"}


def test_a_driver_signs_up_in_bursts_with_mistakes_and_questions() -> None:
    talk = Talk()
    talk.turn("oi", "qro ser entregadro")
    talk.turn("ana souza", "sou de cambé")
    talk.turn("errei, é londrina pr")
    assert "corrigi" in talk.reply
    talk.turn("quanto paga?")
    talk.turn("moto")
    talk.turn("de noite e fim de semana")
    assert handed_over(talk).requirements == EXPECTED


@pytest.mark.parametrize(
    ("turns", "intent"),
    [
        (
            ["quero cadastrar minha pizzaria", "Pizzaria do Zé", "curitiba pr", "umas 30 por dia"],
            "PYLOTO_ENTREGA_MERCHANT_SIGNUP",
        ),
        (
            [
                "preciso de um sistema",
                "pra minha empresa",
                "anoto tudo em caderno",
                "estoque e vendas",
                "uns dez",
                "Londrina",
                "sem pressa",
                "não sei",
            ],
            "CUSTOM_SOFTWARE",
        ),
        (
            [
                "quero um chatbot pro whatsapp",
                "clínica",
                "whatsapp e insta",
                "50 por dia",
                "demoro pra responder",
                "responder fora do horário",
                "pular",
            ],
            "SAAS_COMMUNICATION",
        ),
    ],
)
def test_every_flow_typed_ends_with_a_person(turns: list[str], intent: Intent) -> None:
    assert handed_over(Talk().all(turns)).intent_primary == intent


@pytest.mark.parametrize(
    ("text", "outcome", "intent"),
    [
        ("oi", "AWAITING_USER", "ENTRY_UNKNOWN"),
        ("preciso de um sistema sob medida", "AWAITING_USER", "CUSTOM_SOFTWARE"),
        ("quero um chatbot pro whatsapp", "AWAITING_USER", "SAAS_COMMUNICATION"),
        ("quero ser entregador", "AWAITING_USER", DRIVER),
        ("quero cadastrar minha loja", "AWAITING_USER", "PYLOTO_ENTREGA_MERCHANT_SIGNUP"),
        ("o que é a pyloto?", None, "INSTITUTIONAL"),
        ("preciso de uma entrega agora", "ROUTE_EXTERNAL", ""),
        ("vende pneu?", "UNSUPPORTED", ""),
    ],
)
def test_every_intent_is_reached_by_typing(text: str, outcome: str | None, intent: str) -> None:
    talk = Talk().all([text])
    assert talk.state.last_outcome == outcome
    assert (talk.state.session.active if talk.state.session else "") == intent


@pytest.mark.parametrize(
    ("intent", "outcome"),
    [
        ("CUSTOM_SOFTWARE", "AWAITING_USER"),
        ("SAAS_COMMUNICATION", "AWAITING_USER"),
        (DRIVER, "AWAITING_USER"),
        ("PYLOTO_ENTREGA_MERCHANT_SIGNUP", "AWAITING_USER"),
        ("INSTITUTIONAL", None),
        ("PYLOTO_ENTREGA_REQUEST", "ROUTE_EXTERNAL"),
    ],
)
def test_every_subject_of_the_list_is_reached_by_tapping(intent: str, outcome: str | None) -> None:
    assert Talk().all(["oi", f"@intent:{intent}"]).state.last_outcome == outcome


def test_a_person_is_reached_by_tapping() -> None:
    assert Talk().all(["oi", "@do:human"]).state.last_outcome == "HANDOFF_HUMAN"


def test_two_subjects_in_one_message_are_treated_one_after_the_other() -> None:
    talk = Talk().all(
        ["quero ser entregador e também preciso cadastrar minha loja", "Ana", "Itu SP", "moto", "noite"]
    )
    assert "Quer continuar" in talk.reply
    talk.all(["sim", "Loja X", "roupas", "20 por dia"])
    assert handed_over(talk).resolved_intents == (DRIVER, "PYLOTO_ENTREGA_MERCHANT_SIGNUP")


FOUR = "quero ser entregador, cadastrar minha loja, fazer um sistema e também usar o atendimento no whatsapp"


def test_three_subjects_of_a_list_are_admitted_the_strongest_first_and_the_others_named() -> None:
    talk = Talk().all(["quero ser entregador, cadastrar minha loja e fazer um sistema"])
    assert talk.session.active == "CUSTOM_SOFTWARE"
    assert {queued.intent for queued in talk.session.queue} == {DRIVER, "PYLOTO_ENTREGA_MERCHANT_SIGNUP"}
    assert "Quero ser entregador" in talk.reply
    assert "Cadastrar minha loja" in talk.reply


def test_four_subjects_of_a_list_wait_for_pyloto_to_come_back() -> None:
    talk = Talk().all([FOUR])
    assert talk.state.last_outcome == "SCHEDULED_FOLLOWUP"
    assert len([score for score in hear(asking(), FOUR).intents if score.confidence >= CONFIDENT]) == 4


def test_the_functions_of_a_system_are_no_list_of_subjects() -> None:
    heard = hear(asking(), "preciso de um sistema pra cadastrar clientes, fazer relatórios e emitir notas")
    assert [s.intent for s in heard.intents if s.confidence >= CONFIDENT] == ["CUSTOM_SOFTWARE"]


@pytest.mark.parametrize(
    ("turns", "known"),
    [
        (
            ["tenho uma loja de roupas em Curitiba, umas 15 entregas por dia"],
            {"city": "Curitiba PR", "segment": "Loja", "delivery_volume": "15 por dia"},
        ),
        (["crm pra minha imobiliaria"], {"client_type": "Empresa"}),
        (
            ["quero um sistema sob medida pra minha imobiliária em Curitiba PR, 5 usuários"],
            {"client_type": "Empresa", "city": "Curitiba PR", "users": "5"},
        ),
        (
            ["quero ser entregador", "oi sou o Rui Prado de Telêmaco Borba PR, tenho moto"],
            {"name": "Rui Prado", "city": "Telêmaco Borba PR", "vehicle": "Moto"},
        ),
        (["preciso de um sistema", "5 corretores", "Curitiba PR"], {"users": "5", "city": "Curitiba PR"}),
    ],
)
def test_everything_said_together_is_known_together(turns: list[str], known: dict[str, str]) -> None:
    talk = Talk().all(turns)
    assert talk.session.facts == known
    assert talk.session.asked not in known


def test_a_whole_signup_may_come_in_one_answer() -> None:
    talk = Talk().all(["quero ser entregador", "tenho moto em Maringá PR, trabalho à noite, me chamo Zé"])
    assert handed_over(talk).requirements == {
        "name": "Zé", "city": "Maringá PR", "vehicle": "Moto", "availability": "Noite",
    }  # fmt: skip


def test_spam_is_closed_only_after_three_useless_answers_to_three_questions() -> None:
    talk = Talk().all(["oi", "asdf", "qwer"])
    assert talk.session.asked == CHOOSE
    talk.turn("zxcv")
    assert talk.state.last_outcome == "DUPLICATE_OR_SPAM"


def test_a_flow_without_any_usable_answer_ends_with_a_person_and_not_in_a_loop() -> None:
    talk = Talk().all(["quero ser entregador", "?", "?", "?"])
    assert talk.reply == TEXTS.handoff_stuck
    assert talk.state.last_outcome == "HANDOFF_HUMAN"


@pytest.mark.parametrize(
    ("text", "topic"),
    [("precisa de cnh?", "signup"), ("qual o salário?", "earnings"), ("vcs aceitam bike?", "signup"),
     ("de noite pode?", "details")],
)  # fmt: skip
def test_a_question_in_a_flow_is_answered_costs_nothing_and_tells_nothing(text: str, topic: str) -> None:
    talk = Talk().all(["quero ser entregador", *[text] * 4])
    assert talk.reply == f"{TOPICS[topic]}\n\n{FIELDS['name'].question}"
    assert (talk.session.asked, talk.session.asks, talk.session.facts) == ("name", 0, {})


def test_what_was_said_is_never_asked_again() -> None:
    talk = Talk().all(["tenho moto e quero trabalhar como entregador em Londrina", "Ana"])
    asked = [step.reply.text for step in talk.steps if step.reply]
    assert not any("veículo" in text for text in asked)


def test_a_subject_added_by_its_title_waits_and_replaces_nothing() -> None:
    talk = Talk().all(["quero um sistema", "e quero cadastrar minha loja"])
    assert (talk.session.active, [queued.intent for queued in talk.session.queue]) == (
        "CUSTOM_SOFTWARE", ["PYLOTO_ENTREGA_MERCHANT_SIGNUP"],
    )  # fmt: skip
    talk = Talk().all(["quero um sistema", "quero cadastrar minha loja"])
    assert (talk.session.active, talk.session.queue) == ("PYLOTO_ENTREGA_MERCHANT_SIGNUP", [])


def test_what_a_fixed_command_tells_people_to_write_is_understood_as_its_subject() -> None:
    opened = {}
    for command, text in COMMANDS.items():
        for invited in re.findall(r'escreva "([^"]+)"', text):
            opened[command] = Talk().all([command, invited]).session.active
        assert "escreva que" not in text, "what people are to write must be in quotes, to be tried here"
    assert opened == {"/saas": "SAAS_COMMUNICATION", "/entregador": DRIVER}


def test_a_correction_is_told_in_words_that_agree_with_any_label() -> None:
    talk = Talk().all(["quero um chatbot pro whatsapp da minha loja", "na verdade uso whatsapp e instagram"])
    assert talk.reply.startswith("Certo, corrigi.\nCanais em uso: WhatsApp, Instagram")
