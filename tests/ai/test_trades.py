import pytest

from pyloto_stream.ai.lexicon import READER
from pyloto_stream.ai.parsers import answer, volunteered


@pytest.mark.parametrize(
    ("text", "segment"),
    [
        ("minha mãe faz salgadinho de festa e precisa de quem leve", "Restaurante"),
        ("padoca de bairro, mano", "Restaurante"),
        ("fábrica de pão de queijo em Uberlândia", "Restaurante"),
        ("vendo carne de sol e manteiga de garrafa", "Mercado"),
        ("tenho uma frutaria na esquina", "Mercado"),
        ("remédio, é isso que vendo, remédio e fralda", "Farmácia"),
        ("trabalho com material elétrico, fio, disjuntor, lâmpada", "Loja"),
        ("loja de peixe ornamental, peixe vivo", "Loja"),
        ("distribuidora de produtos de limpeza", "Loja"),
        ("brechó online, tudo no insta", "E-commerce"),
        ("perfume importado, atendo pelo insta, nao tenho loja", "E-commerce"),
        ("laboratorio de analises clinicas procura parceria", "laboratorio de analises clinicas"),
        ("tenho fábrica de gelo, 45 por dia", "fábrica de gelo"),
        ("assistência técnica de celular em Natal", "assistência técnica"),
        ("tenho revenda de gás e água no bairro", "Mercado"),
        ("importadora de vinhos, umas 20 garrafas por dia", "Mercado"),
        ("meu site de cosmético natural", "E-commerce"),
        ("eu mais meu marido temo uma lavanderia", "lavanderia"),
        ("revendedora natura e avon", "Loja"),
        ("lojinha de presente no mercado municipal", "Loja"),
        ("somos do Empório das Tintas", "Loja"),
        ("meu cunhado tem pizzaria e usa vocês, quero o mesmo pro meu negócio", ""),
        ("quero cadastrar minha empresa", ""),
        ("tenho 20 anos de mercado", ""),
    ],
)
def test_a_trade_is_known_by_its_kind_or_by_what_it_sells(text: str, segment: str) -> None:
    assert volunteered(READER.read(text), "segment") == segment


@pytest.mark.parametrize(
    ("text", "segment"),
    [
        ("editora pequena, mando livro pra livraria", "editora"),
        ("oficina mecanica, preciso que busquem peça na autopeça", "oficina mecanica"),
        ("alface e rúcula, entrego pros restaurantes", "Mercado"),
        ("academia vendendo marmita e whey na recepção", "academia"),
        ("tenho floricultura e faço cesta com pão", "Loja"),
        ("pão de queijo, mando pra 18 padarias", "Restaurante"),
        ("gêneros alimentícios, 90 entregas semanais a bares", "Mercado"),
        ("minha irmã tem um restaurante, o meu caso é uma papelaria", "Loja"),
        ("o concorrente aqui do lado, o Mercadinho Sol Nascente, usa vocês", ""),
        ("minha vizinha da padaria indicou vocês", ""),
        ("meu amigo falou de vocês, tenho restaurante", "Restaurante"),
    ],
)
def test_what_one_has_comes_before_what_one_sells_and_who_receives_it(text: str, segment: str) -> None:
    assert volunteered(READER.read(text), "segment") == segment


def test_an_answer_that_puts_it_off_is_no_trade() -> None:
    for text, segment in (
        ("lavanderia, busca e leva edredom", "lavanderia"),
        ("já foi pizzaria, hoje é só adega", "Mercado"),
        ("já disse lá no começo", ""),
        ("prefiro explicar por telefone", ""),
    ):
        assert answer(READER.read(text), "segment") == segment
