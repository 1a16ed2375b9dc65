"""As mesmas coisas ditas de outras maneiras, e as que só se parecem com elas."""

import pytest

from pyloto_stream.ai.asides import statements
from pyloto_stream.ai.lexicon import READER
from pyloto_stream.ai.parsers import answer, volunteered

CITIES = [
    ("aqui é da Granja Ovo Bom, em Bastos, temos 3 galpões", "Bastos SP"),
    ("sou de Granja", "Granja CE"),
    ("Secretaria de Saúde de Pombal", "Pombal PB"),
    ("sou de Saúde BA", "Saúde BA"),
    ("a nossa, Mãos de Araucária, de Guarapuava, recebe mensagem", "Guarapuava PR"),
    ("gerente da Rota Sul, de Rolândia. precisamos de app", "Rolândia PR"),
    ("sábado venho pra cidade, que é Araçatuba, e entrego", "Araçatuba SP"),
    ("quem arruma isso aí atende Rio Branco?", "Rio Branco AC"),
    ("a sede é em Curitiba mas a operação fica em Paranaguá", "Paranaguá PR"),
    ("matriz em São Paulo, mas quem vai usar é a filial de Sorocaba", "Sorocaba SP"),
]
NO_CITIES = [
    "minha sogra mora em outra cidade, que é linda",
    "aqui é da Granja Ovo Bom, temos 3 galpões",
    "somos da zona da mata mineira",
    "minha prima, de Ipatinga, indicou vocês",
    "meu concorrente, de Londrina, já usa",
    "temos um cliente, de Contagem, que pediu",
    "nosso fornecedor, de Joinville, mandou a peça errada",
]
CITY_ANSWERS = [
    ("juiz de fora, zona da mata mineira", "Juiz de Fora MG"),
    ("A matriz fica em Joinville e a operação toda em Blumenau", "Blumenau SC"),
]
NAMES = [
    ("fala chefe, Adriel na linha, cansei de trampar de garçom", "Adriel"),
    ("uai eu sou o geraldim, tenho uma strada veia", "Geraldim"),
    ("eu sou o dieguinho da moto", "Dieguinho"),
    ("ô gente, Lucimar da Confecções Trama Viva, a gente corta peça", "Lucimar"),
    ("A Telma da drogaria Mais Saúde falando.", "Telma"),
]
NO_NAMES = [
    "sou o vizinho da loja",
    "Produção na linha 3",
    "Pedido na linha de produção, precisamos controlar",
    "gente, Lucimar da Trama me indicou vocês",
    "quem fala é da Pyloto?",
]
NAME_ANSWERS = [
    ("quem tá falando é a Michele Lopes", "Michele Lopes"),
    ("pode anotar: Belarmino de Souza Couto", "Belarmino de Souza Couto"),
    ("quem tá falando?", ""),
]
FIRMS = [
    ("oi, sou Ana Paula da Bella Modas e quero app", "Bella Modas"),
    ("era Gráfica Sete, agora mudou pra Gráfica Setenta", "Gráfica Setenta"),
    ("a pizzaria é em Londrina, Forno Estrela é o nome", "Forno Estrela"),
    ("a pizzaria é aqui em guarapuava, forno estrela o nome, mando 35", "forno estrela"),
    ("tenho um salão, Bella Diva é o nome fantasia", "Bella Diva"),
    ("nois aqui da casa do queijo n vence responder", "casa do queijo"),
    ("o restaurante da dona zefa em arapiraca ta precisando de motoqueiro", "restaurante da dona zefa"),
    ("cantinho da lu, loja de roupa em recife", "cantinho da lu"),
    ("loja de roupa, Dona Linda, temos 3 filiais", "Dona Linda"),
    ("minha confeitaria chama doce mania", "doce mania"),
    ("a Doce Mania é minha", "Doce Mania"),
    ("queria um robô pra atender os clientes da Doce Mania", "Doce Mania"),
    ("sou MEI, Jota Consertos, em Bauru", "Jota Consertos"),
    ("Hoje é uma padaria em Brasília, a Casca Grossa, com forno", "Casca Grossa"),
    ("tenho uma clínica e o zap não para. É a Patinha Feliz", "Patinha Feliz"),
    ("minha loja se chama pão bom e fica em sinop", "pão bom"),
    ("nome da loja: ponto certo cidade: sinop", "ponto certo"),
    ("nome do restaurante: sabor de casa", "sabor de casa"),
    ("somos a livraria pé de letra, de viçosa mg", "livraria pé de letra"),
    ("sou da drogaria boa hora, em itapeva sp", "drogaria boa hora"),
    ("aqui é da pizzaria forno de barro, queremos entregador", "pizzaria forno de barro"),
    ("oi é a priscila da pri cosméticos, me passaram vcs", "pri cosméticos"),
    ("Aqui é concorrente, Transbeck Zelo, de Itajaí, e quero melhor", "Transbeck Zelo"),
]
NO_FIRMS = [
    "sou da padaria do lado do posto",
    "somos a pizzaria mais antiga da cidade",
    "sou da papelaria quase toda semana",
    "sou da escola do meu filho",
    "o motoboy da loja se chama joão",
    "meu cachorro se chama pão bom",
    "nome da loja: ainda não tem",
    "nome do cliente: ponto certo",
    "meu salão chama bastante gente",
    "minha padaria chama um motoboy por dia",
    "a Vetor Engenharia é minha concorrente",
    "quero vender pra clientes da Doce Mania",
    "hoje fui numa padaria em Brasília, a Casca Grossa, e vi vocês",
    "tenho uma clínica. É a Joana Souza",
    "a loja ainda não abriu, falta o nome",
    "minha filha, Ana Clara é o nome dela, tem loja",
    "tenho loja, o sistema, Bling é o nome, é ruim",
    "moda feminina, loja de roupa",
    "o bar do zé ta fechado hoje",
    "a padaria do zé tá usando o sistema de vocês",
    "uma padaria em Natal, a Pão Bom, indicou vocês",
    "comprei numa loja em Natal, a Pão Bom, e quero entregar",
    "nosso cliente, Frota Leve, de Itajaí, reclamou",
    "farmácia em Curitiba, Santa Felicidade, precisamos de app",
    "uso o sistema, Gestor Fácil, queremos trocar",
]
FIRM_ANSWERS = [
    ("escrevi no cadastro já: Império das Rações", "Império das Rações"),
    ("o nome é meio comprido... Associação dos Produtores do Vale", "Associação dos Produtores do Vale"),
    ("anota: T-R-I-V-O, Trivo Engenharia", "Trivo Engenharia"),
    ("no cnpj tá J. R. Bezerra Alimentos mas todo mundo fala Quitanda do Jota", "Quitanda do Jota"),
]
CLIENTS = [
    ("trabalho sozinho sem nada registrado e queria um aplicativo", "Pessoa física"),
    ("ainda nao abri firma nem sei se abro", "Pessoa física"),
    ("minha defesa do mestrado é em junho", "Pessoa física"),
    ("é pro TCC da minha filha", "Pessoa física"),
    ("trabalho numa empresa mas o app é pra mim", "Pessoa física"),
    ("nossa faculdade quer um app para os TCCs dos alunos", "Empresa"),
    ("faculdade que precisa de sistema de TCC para alunos", ""),
    ("trabalho na fábrica mas o dono pediu um sistema pra empresa", "Empresa"),
    ("produto sem registro na anvisa, nossa empresa precisa de app", "Empresa"),
    ("não abri a planilha da empresa ainda", "Empresa"),
]
CLIENT_ANSWERS = [("P.F.", "Pessoa física"), ("p. j. mesmo", "Empresa"), ("P. Silva", "")]
TRADES = [
    ("vendo roupa no insta só", "E-commerce"),
    ("vendo vela no Instagram e na feirinha", "Loja"),
    ("vcs atendem restaurante, mas eu tenho uma loja de roupa", "Loja"),
    ("somos vizinhos da farmácia, mas vendemos ração e coleira", "Loja"),
    ("tenho padaria mas vendo bebida também", "Restaurante"),
    ("padaria, mas tenho uma loja de roupa também", "Restaurante"),
    ("vendo roupa na loja e no site só divulgo", "Loja"),
]


def said(field: str, text: str) -> str:
    return volunteered(READER.read(text), field)


@pytest.mark.parametrize(("text", "city"), CITIES)
def test_a_city_is_where_the_business_is(text: str, city: str) -> None:
    assert said("city", text) == city


@pytest.mark.parametrize("text", NO_CITIES)
def test_the_city_of_others_or_in_a_name_is_none(text: str) -> None:
    assert said("city", text) == ""


@pytest.mark.parametrize(("text", "city"), CITY_ANSWERS)
def test_the_city_asked_for_is_that_of_the_operation(text: str, city: str) -> None:
    assert answer(READER.read(text), "city") == city


@pytest.mark.parametrize(("text", "name"), NAMES)
def test_who_writes_says_the_name(text: str, name: str) -> None:
    assert said("name", text) == name


@pytest.mark.parametrize("text", NO_NAMES)
def test_what_is_not_the_name_of_who_writes_is_none(text: str) -> None:
    assert said("name", text) == ""


@pytest.mark.parametrize(("text", "name"), NAME_ANSWERS)
def test_the_name_asked_for_is_kept_whole(text: str, name: str) -> None:
    assert answer(statements(READER.read(text)), "name") == name


@pytest.mark.parametrize(("text", "firm"), FIRMS)
def test_a_firm_is_named_beside_what_is_said_of_it(text: str, firm: str) -> None:
    assert said("company", text) == firm


@pytest.mark.parametrize("text", NO_FIRMS)
def test_what_stands_beside_but_is_of_others_names_no_firm(text: str) -> None:
    assert said("company", text) == ""


@pytest.mark.parametrize(("text", "firm"), FIRM_ANSWERS)
def test_the_firm_asked_for_is_its_name_and_not_what_announces_it(text: str, firm: str) -> None:
    assert answer(READER.read(text), "company") == firm


@pytest.mark.parametrize(("text", "client"), CLIENTS)
def test_for_whom_it_is_may_be_said_without_naming_an_option(text: str, client: str) -> None:
    assert said("client_type", text) == client


@pytest.mark.parametrize(("text", "client"), CLIENT_ANSWERS)
def test_the_initials_of_an_option_choose_it(text: str, client: str) -> None:
    assert answer(READER.read(text), "client_type") == client


@pytest.mark.parametrize(("text", "trade"), TRADES)
def test_the_trade_is_what_one_says_to_have(text: str, trade: str) -> None:
    assert said("segment", text) == trade
