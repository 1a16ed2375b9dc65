import pytest

from pyloto_stream.conversation.records import HandoffRecord, Intent
from tests.support.hearing import Talk

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


def test_what_was_said_is_never_asked_again() -> None:
    talk = Talk().all(["tenho moto e quero trabalhar como entregador em Londrina", "Ana"])
    asked = [step.reply.text for step in talk.steps if step.reply]
    assert not any("veículo" in text for text in asked)
