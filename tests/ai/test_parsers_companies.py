"""O nome da empresa: o ramo, quem fala por ela, o que ela quer; e o que só parece um nome."""

import pytest

from pyloto_stream.ai.dataset import Answer, Labelled
from pyloto_stream.ai.listening import answer_to, facts_in_subject
from pyloto_stream.conversation.records import Intent

MERCHANT: Intent = "PYLOTO_ENTREGA_MERCHANT_SIGNUP"


def told(text: str, intent: Intent = MERCHANT) -> str:
    return facts_in_subject(Labelled(intent, text, {})).get("company", "")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Oi, sou da Pizzaria Forno a Lenha e quero cadastrar", "Pizzaria Forno a Lenha"),
        ("Sou o Carlos da Auto Peças Pioneira", "Auto Peças Pioneira"),
        ("Bella Store Moda Feminina, quero entregar em Recife", "Bella Store Moda Feminina"),
        ("minha loja, a Bella Modas, precisa de motoboy", "Bella Modas"),
        ("a Vidraçaria Transparente quer parceria", "Vidraçaria Transparente"),
        ("represento a Verde Vale Ltda", "Verde Vale Ltda"),
        ("aqui é da Vet Vida 24h, quero entregador", "Vet Vida 24h"),
        ("pizzaria do tonho aqui, quero entregador", "pizzaria do tonho"),
        ("é da farmácia são lucas, preciso de entregas", "farmácia são lucas"),
        ("aqui é da Pizzaria Forno de Barro", "Pizzaria Forno de Barro"),
        ("sou da Farmácia Vida Plena de Lages", "Farmácia Vida Plena"),
    ],
)
def test_a_company_is_told_by_its_trade_or_by_who_speaks_for_it(text: str, name: str) -> None:
    assert told(text) == name


@pytest.mark.parametrize(
    "text",
    [
        "vendo no Mercado Livre e na Shopee",
        "Tenho Mercado em Santos e quero motoboy",
        "Boa Tarde Quero Ser Parceiro",
        "Sou Maria Clara, tenho uma loja em Natal",
        "Já fui motoboy da Pizzaria Bella Massa por 4 anos",
        "Falo da Secretaria de Obras de Ijuí",
        "tenho uma pizzaria pequena, quero cadastrar",
    ],
)
def test_what_is_no_company_of_theirs_is_not_taken(text: str) -> None:
    assert told(text) == ""


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("boa tarde! Farmácia Central", "Farmácia Central"),
        ("tá como Armazém Sabiá no Google", "Armazém Sabiá"),
        ("nome fantasia: Toca do Urso", "Toca do Urso"),
        ("antes era Vila Pet, mudamos pra Pet da Vila", "Pet da Vila"),
        ("Hortifruti Sabor Natural em Londrina", "Hortifruti Sabor Natural"),
        ("é segredo por enquanto", ""),
        ("o ponto é da minha tia, se chama Empório Dois Rios", "Empório Dois Rios"),
        ("é a quitanda da zefa mesmo", "Quitanda da Zefa"),
        ("me perdi no que ia escrever", ""),
    ],
)
def test_asked_for_the_company_only_its_name_is_kept(text: str, name: str) -> None:
    assert answer_to(Answer("company", text, name)) == name


def test_who_names_their_company_speaks_for_one() -> None:
    heard = facts_in_subject(Labelled("CUSTOM_SOFTWARE", "Somos a Nau Náutica, queremos um sistema", {}))
    assert (heard["company"], heard["client_type"]) == ("Nau Náutica", "Empresa")
    other = facts_in_subject(Labelled("CUSTOM_SOFTWARE", "qual empresa faz sistema com o mercado livre?", {}))
    assert "client_type" not in other


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("lanchonete do valdo em sinop, 30 lanches por dia", "lanchonete do valdo"),
        ("sou o neco da oficina rei do motor em jales", "oficina rei do motor"),
        ("a drogaria nova saúde precisa de entregador", "drogaria nova saúde"),
        ("quero um robô no zap da quitanda da tia zefa", "quitanda da tia zefa"),
        ("FERRO BRUTO TELHAS, natal. 20 entregas por dia", "FERRO BRUTO TELHAS"),
        ("Falo da Petromix, em Macaé", "Petromix"),
        ("Sou sócia da Vidralux, fábrica em Jaú", "Vidralux"),
        ("Nélio, da Porto Claro, em Belém", "Porto Claro"),
        ('Aqui é do "Sossego do Mar", pousada em Trairi', "Sossego do Mar"),
        ("Moura, Prates & Associados, contabilidade", "Moura, Prates & Associados"),
        ("Dona Quitéria Doces quer entregador", "Dona Quitéria Doces"),
        ("sou da padaria do Beto, faço 10 entregas", "padaria do Beto"),
        ("nois tem a churrascaria boi na brasa em jales", "churrascaria boi na brasa"),
        ("toco a oficina do Nelsão e quero um programa", "oficina do Nelsão"),
        ("a floricultura é a Jardim de Lia e fica em Maringá", "Jardim de Lia"),
        ("a Toca do Coelho, minha loja de brinquedo, fica em Jaú", "Toca do Coelho"),
        ("site com área do cliente pra Lumen Arquitetura", "Lumen Arquitetura"),
        ("eh da Polpas Cajuí, precisa de rastreio", "Polpas Cajuí"),
        ("oi sou o zé da quitanda do zé em lins", "quitanda do zé"),
        ("meu marido e eu temos a Casa da Linguiça em Jaú", "Casa da Linguiça"),
        ("tchê, o churrasco do alemão precisa de uns guri de moto", "churrasco do alemão"),
        ("tô perdendo venda, a gnt é a Solaris, Teresina", "Solaris"),
        ("meu sacolão aq em jaú só toca telefone", ""),
        ("pô o sistema do concorrente, a Rede Mirante, tem tudo", ""),
        ("Clínica oncológica, Jaú. Queremos um sistema", ""),
        ("tenho uma padaria pequena aqui no centro", ""),
        ("sou motorista na Rota Sul Cargas e quero renda extra", ""),
        ("preciso da Nota Fiscal Eletrônica no sistema", ""),
    ],
)
def test_a_company_is_told_with_or_without_capitals_and_a_description_is_not_its_name(
    text: str, name: str
) -> None:
    assert told(text, "CUSTOM_SOFTWARE") == name
