import pytest

from pyloto_stream.ai.lexicon import READER
from pyloto_stream.ai.parsers import answer, volunteered


@pytest.mark.parametrize(
    ("text", "vehicle"),
    [
        ("tenho uma 160 quitada", "Moto"),
        ("rodo de bizinha", "Moto"),
        ("uso a moto da minha mãe", "Moto"),
        ("com a minha fanzinha", "Moto"),
        ("de CB300", "Moto"),
        ("vou com meu fusquinha", "Carro"),
        ("minha S10 cabe bastante coisa", "Carro"),
        ("Honda Fit 2012", "Carro"),
        ("pedalo 40 km por dia", "Bicicleta"),
        ("sou ciclista e quero entregar", "Bicicleta"),
        ("moro em Montes Claros", ""),
        ("sou motoca raiz", ""),
        ("tenho 125 entregas no histórico", ""),
    ],
)
def test_a_vehicle_is_known_by_its_kind_its_model_or_its_nickname(text: str, vehicle: str) -> None:
    assert volunteered(READER.read(text), "vehicle") == vehicle


@pytest.mark.parametrize(
    ("text", "vehicle"),
    [
        ("vendi o carro e peguei uma moto", "Moto"),
        ("troquei a moto num Uno", "Carro"),
        ("o carro tá na oficina, vou de moto", "Moto"),
        ("tenho uma Caloi e uma Honda, mas a Honda tá sem documento, então vai de Caloi mesmo", "Bicicleta"),
        ("roubaram minha moto, agora tô de bike", "Bicicleta"),
        ("vou de bicicleta até comprar moto", "Bicicleta"),
        ("meu primo que tem moto, eu vou de bike elétrica", "Bicicleta"),
        ("tenho uma Strada. Vocês encaixam carro também ou só moto?", "Carro"),
        ("minha esposa tem uma biz, ela pode entrar?", "Moto"),
        ("meu irmão tem moto e eu não tenho nada", ""),
        ("to tirando a carteira de moto", ""),
        ("vendi minha moto", ""),
        ("carro ou moto, tanto faz", ""),
    ],
)
def test_what_will_be_used_is_the_vehicle_and_not_what_was_sold_or_is_another_s(
    text: str, vehicle: str
) -> None:
    assert volunteered(READER.read(text), "vehicle") == vehicle


def test_an_answer_takes_the_same_vehicles() -> None:
    for text, vehicle in (
        ("tenho os dois mas o carro fica com a esposa então moto", "Moto"),
        ("a strada cabine dupla que uso na obra", "Carro"),
        ("ainda vou comprar, tô juntando", ""),
    ):
        assert answer(READER.read(text), "vehicle") == vehicle
