from pyloto_stream.ai.lexicon import READER
from pyloto_stream.ai.parsers import answer, volunteered

DELIVERIES = [
    ("a gente vive mandando peça pra cliente, tipo 6 vezes por dia", "6 por dia"),
    ("transporte de bolsa refrigerada 3x por dia", "3 por dia"),
    ("mil por mês. É muito? Loja de peças", "1000 por mês"),
    ("entrego toda segunda pra 60 pacientes em Brasília", "60 por semana"),
    ("boto 70 pra rua toda manhã", "70 por dia"),
    ("só tem entrega no verão, aí é mil e duzentas no mês", "1200 por mês"),
    ("são umas dez, doze por dia", "10 a 12 por dia"),
    ("a live termina e sobram 50 pacotes pra cidade. Toda semana.", "50 por semana"),
    ("umas trinta sacolas por noite", "30 por dia"),
    ("salgados da tia cida 30 a 40 entregas por semana", "30 a 40 por semana"),
    ("pego e devolvo na casa do cliente, umas 6 vezes por dia", "6 por dia"),
    ("no dia das mães saiu 200 buquê, fora isso são dez por dia", "10 por dia"),
    ("preciso de uma entrega por dia", "1 por dia"),
    ("sai meio cento de entrega por dia", "50 por dia"),
    ("60 marmitas por dia, dá 20 entregas", "20 por dia"),
    ("tem rede que manda mil por mês mas eu mando 3 por semana", "3 por semana"),
    ("mando 50 por dia mas eu queria mandar 100 por dia", "50 por dia"),
    ("a vizinha pediu, a escola pediu e hoje são vinte encomendas por dia", "20 por dia"),
    ("meta de 50 por dia, hoje são 20 por dia", "20 por dia"),
    ("200 pães por dia em 40 casas, padaria", "40 por dia"),
    ("30 entregas por dia em 2 bairros", "30 por dia"),
    ("o vizinho faz 100 por dia com vcs, eu faço 18", "18 por dia"),
    ("a pizzaria da esquina faz 80 por dia, eu faço 20 por dia", "20 por dia"),
    ("somos a padaria da esquina e mandamos 40 por dia", "40 por dia"),
    ("sai 3 mil pacotes por mês mas só uns 600 são aqui na cidade", "600 por mês"),
    ("90 pessoas por dia no salão e 20 entregas por dia", "20 por dia"),
]
TALKS = [
    ("por dia? olha, da recepção pra cá umas noventa.", "90 por dia"),
    ("são umas 10 por hora... o que dá por volta de 80 por dia de cliente perguntando", "80 por dia"),
    ("trezentas e cinquenta. é isso de mensagem que bate aqui cada dia", "350 por dia"),
    ("Por mês, entre um canal e outro, atendemos cerca de 4.500 pessoas", "4500 por mês"),
    ("são 45 cooperados ligando por dia", "45 por dia"),
    ("quero parar de responder o endereço mil vezes por dia", "1000 por dia"),
    ("perguntam do processo no whats 50 vezes por dia", "50 por dia"),
    ("o zap apita o dia todo, umas 90 mensagens", "90 por dia"),
    ("achei que eram 100 por semana, fui contar e deu 250 por semana", "250 por semana"),
    ("a gente dá conta de 100 por dia mas entram 180 por dia no whats", "180 por dia"),
    ("não dou conta de 60 mensagens por dia", "60 por dia"),
    ("nem 20 mensagens por semana eu recebo, é 18 por semana", "18 por semana"),
    ("nem 20 mensagens por semana eu recebo", "20 por semana"),
    ("antes eram 80, depois do vídeo são 300 por dia", "300 por dia"),
]
NO_VOLUME = [
    ("delivery_volume", "a diária aqui na região é 120 mais a janta"),
    ("delivery_volume", "pago 300 por mês pro motoboy"),
    ("delivery_volume", "o mercado do lado manda 200 por dia"),
    ("delivery_volume", "atendo 90 pessoas por dia no balcão"),
    ("delivery_volume", "são quatro motoboys e somem na hora do aperto"),
    ("conversation_volume", "gastava 400 de recarga de celular por mês"),
    ("conversation_volume", "teve um feriado que foi 90 reserva no dia, fora isso é parado"),
    ("conversation_volume", "a gente paga por mês. 3 pessoas respondem"),
]


def test_a_volume_is_heard_however_it_is_counted() -> None:
    for name, told in (("delivery_volume", DELIVERIES), ("conversation_volume", TALKS)):
        assert {text: volunteered(READER.read(text), name) for text, _ in told} == dict(told)


def test_what_is_paid_or_happened_once_is_no_volume() -> None:
    for name, text in NO_VOLUME:
        assert volunteered(READER.read(text), name) == "", text


def test_the_answer_keeps_the_number_that_has_a_period() -> None:
    for text, value in (
        ("cento e poucas... 110 por dia pra ser exato", "110 por dia"),
        ("quem me dera 10, é 6 por dia e olhe lá", "6 por dia"),
        ("uma centena e meia ao dia", "150 por dia"),
        ("meia centena diária", "50 por dia"),
    ):
        assert answer(READER.read(text), "delivery_volume") == value, text


def test_followers_and_unread_messages_are_not_conversations() -> None:
    for text in ("temos 8 mil seguidores, serve?", "tem 43 não lidas aqui me esperando"):
        assert answer(READER.read(text), "conversation_volume") == "", text
