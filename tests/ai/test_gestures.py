import pytest

from pyloto_stream.conversation.intents import CHOOSE, CONTINUE
from pyloto_stream.conversation.texts import TOPICS
from pyloto_stream.conversation.understanding import Gesture
from tests.support.hearing import asking, hear


@pytest.mark.parametrize(
    ("text", "gesture"),
    [
        ("quero falar com um atendente", "human"),
        ("posso falar com alguém?", "human"),
        ("me passa pra uma pessoa", "human"),
        ("atendente", "human"),
        ("qro flr c alguem", "human"),
        ("apaga meus dados", "erase"),
        ("quero excluir meus dados", "erase"),
        ("podem remover meu número?", "erase"),
        ("o sistema precisa excluir pedidos", ""),
        ("apaga tudo que vocês têm de mim", "erase"),
        ("me apaga do sistema", "erase"),
        ("exclui meu cadastro", "erase"),
        ("não quero que guardem meus dados", "erase"),
        ("quero retirar meu consentimento", "erase"),
        ("quero excluir o cadastro de clientes inativos", ""),
        ("quero uma cópia dos meus dados", "human"),
        ("fiz o cadastro e ninguém me chamou ainda", "human"),
        ("tô esperando retorno desde ontem", "human"),
        ("quero falar com o dono", "human"),
        ("quero reclamar", "human"),
        ("quero reclamar da prefeitura", ""),
        ("ninguém responde os clientes no direct", ""),
        ("não quero falar com robô", "human"),
        ("cancelar", "cancel"),
        ("desisto", "cancel"),
        ("deixa pra lá", "cancel"),
        ("quero cancelar o cadastro", "cancel"),
        ("voltar", "back"),
        ("volta", "back"),
        ("volta uma pergunta", "back"),
        ("menu", "menu"),
        ("quero ver as opções", "menu"),
        ("prefiro não dizer", "refuse"),
        ("pular", "refuse"),
        ("sim", "yes"),
        ("bora", "yes"),
        ("demorou", "yes"),
        ("dale", "yes"),
        ("nem", "no"),
        ("de jeito nenhum", "no"),
        ("nem pensar", "no"),
        ("👎", "no"),
        ("pode ser", "yes"),
        ("blz", "yes"),
        ("👍", "yes"),
        ("👍🏽", "yes"),
        ("não", "no"),
        ("não, obrigado", "no"),
        ("só isso", "no"),
        ("obg", "thanks"),
        ("valeu demais", "thanks"),
        ("bom dia", "greeting"),
        ("oiii", "greeting"),
        ("você foi sorteado, clique no link", "spam"),
        ("tenho vários atendentes na loja", ""),
        ("não sei", ""),
        ("o sistema deve cancelar pedidos", ""),
        ("", ""),
    ],
)
def test_what_the_person_does_is_recognised(text: str, gesture: Gesture) -> None:
    assert hear(asking(), text).gesture == gesture


@pytest.mark.parametrize(
    ("text", "gesture"), [("1", "yes"), ("2", "no"), ("sim, continuar", "yes"), ("agora não", "no")]
)
def test_the_continue_question_can_be_answered_by_number_or_title(text: str, gesture: Gesture) -> None:
    assert hear(asking(CONTINUE), text).gesture == gesture


@pytest.mark.parametrize(
    ("asked", "active", "text", "gesture"),
    [
        ("budget", "CUSTOM_SOFTWARE", "não sei", "refuse"),
        ("budget", "CUSTOM_SOFTWARE", "não", "refuse"),
        ("budget", "CUSTOM_SOFTWARE", "ainda não temos", "refuse"),
        ("deadline", "CUSTOM_SOFTWARE", "não sei ainda", "refuse"),
        ("budget", "CUSTOM_SOFTWARE", "não sei, uns 5 mil", ""),
        ("city", "CUSTOM_SOFTWARE", "não sei", ""),
    ],
)
def test_not_knowing_answers_only_what_may_stay_blank(
    asked: str, active: str, text: str, gesture: Gesture
) -> None:
    assert hear(asking(asked, active), text).gesture == gesture


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("2", "SAAS_COMMUNICATION"),
        ("quero o 4", "PYLOTO_ENTREGA_DRIVER_SIGNUP"),
        ("a primeira", "CUSTOM_SOFTWARE"),
        ("opção 6", "INSTITUTIONAL"),
        ("Cadastrar minha loja", "PYLOTO_ENTREGA_MERCHANT_SIGNUP"),
        ("8", None),
    ],
)
def test_a_subject_is_chosen_by_number_or_title(text: str, intent: str | None) -> None:
    assert hear(asking(CHOOSE), text).explicit == intent


def test_the_last_option_is_a_person() -> None:
    assert hear(asking(CHOOSE), "a última").gesture == "human"


def test_a_number_chooses_a_subject_only_while_the_list_waits() -> None:
    assert hear(asking(), "2").explicit is None
    assert hear(asking(), "Sistema sob medida").explicit == "CUSTOM_SOFTWARE"


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("preciso urgente", {"urgency": "sim"}),
        ("é pra ontem", {"urgency": "sim"}),
        ("não é urgente", {}),
        ("sem pressa", {}),
        ("sou dono da loja", {"role": "dono ou dona"}),
        ("sou sócia e tenho pressa", {"urgency": "sim", "role": "sócio ou sócia"}),
    ],
)
def test_urgency_and_role_are_signals(text: str, signals: dict[str, str]) -> None:
    assert hear(asking(), text).signals == signals


@pytest.mark.parametrize(
    ("text", "topic"),
    [("quanto custa?", "price"), ("isso é golpe?", "trust"), ("o que fazem com meus dados?", "privacy"),
     ("qual a história de vcs?", "history"), ("oi", "")],
)  # fmt: skip
def test_the_topic_asked_about_is_named(text: str, topic: str) -> None:
    assert hear(asking(), text).topic == topic
    assert topic in {*TOPICS, ""}


@pytest.mark.parametrize(
    ("gesture", "texts"),
    [
        ("yes", "uai sim; oxe, mas é claro; com ctz; vamo que vamo; segue aí; lógico; acho que sim; de boa"),
        (
            "no",
            "nn; quero não; mais tarde; deixa quieto; claro que não; não, pode encerrar; fica pra próxima",
        ),
        ("", "sei não; talvez; quem sabe; como assim?; não entendi; demora muito?"),
    ],
)
def test_whether_to_go_on_is_answered_in_any_words(gesture: Gesture, texts: str) -> None:
    for text in texts.split("; "):
        assert hear(asking(CONTINUE), text).gesture == gesture, text


def test_a_corrected_yes_or_no_is_the_last_one_and_a_doubt_after_it_changes_nothing() -> None:
    for text, said in (
        ("sim... quer dizer, não, melhor outro dia", "no"),
        ("não, quer dizer, sim, vamos aproveitar", "yes"),
        ("deixa quieto, já resolvi o que eu queria", "no"),
        ("não tenho interesse", "no"),
        ("não sei", ""),
    ):
        assert hear(asking(CONTINUE), text).gesture == said, text


def test_a_budget_nobody_names_is_refused_and_a_question_of_price_is_not() -> None:
    for text in (
        "não tem",
        "depende",
        "prefiro falar com meu sócio",
        "vcs que me falam",
        "pula essa",
        "nem ideia",
    ):
        assert hear(asking("budget"), text).gesture == "refuse", text
    assert hear(asking("budget"), "qual o plano mais barato?").gesture != "refuse"
