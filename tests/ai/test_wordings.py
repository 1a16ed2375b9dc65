"""As muitas maneiras de dizer onde se está, quem se é e de que empresa, e as de falar dos outros."""

from pyloto_stream.ai.lexicon import READER
from pyloto_stream.ai.parsers import answer, volunteered

COMPANIES = {
    "a firma chama metalpinho, fica em Lages": "metalpinho",
    "tenho um brechó online, o nome é Garimparia": "Garimparia",
    "nossa esfiharia em Franca, batizada de Sabor do Líbano": "Sabor do Líbano",
    "a marca é doce da lu, atendo o bairro todo": "doce da lu",
    "abri agora. nome galeto do mineiro": "galeto do mineiro",
    "empresa: tokita festas. o que precisa: contrato": "tokita festas",
    "temos um delivery de sushi (Hanami Sushi) no centro": "Hanami Sushi",
    "Nossa startup, Zelo, precisa de um mvp": "Zelo",
    "Na Onda Norte Surf School somos 5 instrutores": "Onda Norte Surf School",
    "adega do portuga, Niterói. somos 3": "adega do portuga",
    "o hospital santa inês aqui de Cáceres precisa de um sistema": "hospital santa inês",
    "aqui é da padaria do seu Agenor em Lages": "padaria do seu Agenor",
    "tenho uma marmitaria em belém, a Panela da Nair": "Panela da Nair",
    "Trabalho na TecnoSolda como gerente": "TecnoSolda",
    "da pizzaria fornalha, tudo bem? queria os motoboy": "pizzaria fornalha",
    "se chama delícias da vovó, fica em Bauru": "delícias da vovó",
    "bom dia, a Zeluz é uma distribuidora de lâmpadas em Natal": "Zeluz",
    "serve pra pousada? a minha é a Pé na Areia": "Pé na Areia",
    "minha loja é de tinta, a Arco-Íris, em Recife": "Arco-Íris",
    "sou da DRJ e preciso de um sistema": "DRJ",
    "falo em nome da Vidrolar": "Vidrolar",
    "TRANSPORTES GUARACIABA LTDA PRECISA DE SISTEMA": "TRANSPORTES GUARACIABA LTDA",
    "aqui na hortência modas a gente recebe pedido pelo zap": "hortência modas",
    "quero entregador pra pizzaria Bella Napoli": "Bella Napoli",
    "sorveteria polo norte chapecó sc": "sorveteria polo norte",
    "fazenda Três Barras, preciso saber do gado": "Três Barras",
    "a gente é do laticínio Vale Manso": "Vale Manso",
    "administro a Granja Ovo de Serra. A contagem é em quadro": "Granja Ovo de Serra",
    "queria que o zap da pizzaria do seu neném avisasse sozinho": "pizzaria do seu neném",
    "Lumi. loja de luminária. Curitiba. 3 números de zap.": "Lumi",
    "robô no zap da Tutti Bella": "Tutti Bella",
    "sistema pra oficina do tião": "oficina do tião",
}
OTHERS_COMPANIES = (
    "concorro com a Pizzaria Bella Napoli",
    "vi que vocês atendem o Supermercado Ipê, quero também",
    "meu pedido da farmácia Drogabem não chegou ainda",
    "busca um bolo na Confeitaria Doce Vida e traz pra mim?",
    "moro do lado do Supermercado Ipê",
    "quem me indicou foi a Simone da Clínica Luz",
    "ele trabalha na Metalúrgica Sol",
    "o rapaz da Expresso Norte disse que era aqui",
    "o Sérgio da transportadora Rota Boa faz pra mim",
    "uso outro software, o Gestor Fácil, e quero sair",
    "O concorrente aqui do lado, o Mercadinho Sol, já usa",
    "minha esposa é gerente da Loja Riacho",
    "vocês são da Transportadora Veloz?",
    "A minha secretária se chama Jussara",
    "como faço pra minha padaria aparecer no app?",
    "nome sujo pode trabalhar?",
    "vcs são a mesma coisa q a Pilotto Transportes?",
    "paguei 9 mil pra um tal de Studio Bit e nunca vi nada",
    "depois q a Pague Já Cosméticos abriu aqui do lado perdi clientela",
    "faço corrida pra Pizza Loka de fim de semana, tenho bike elétrica",
    "só quero saber se o motoboy já saiu da Pizzaria Bella",
    "quanto a Padaria Trigal pagou no dela?",
    "na cooperativa aqui de Não-Me-Toque o pessoal digita tudo",
    "a gente tem uma creche em Feira de Santana",
)
NAMES = {
    "Quem vos escreve é Raimundo Nonato Bezerra": "Raimundo Nonato Bezerra",
    "qual o valor? quem pergunta é o Volnei": "Volnei",
    "quem fez fui eu, a Jussara": "Jussara",
    "pode agendar? falar comigo, Hamilton": "Hamilton",
    "e ai mano, Jefão falando, sou da barbearia": "Jefão",
    "ai gente, a Nanda aqui, salão": "Nanda",
    "oi td bem? a Tati da Casa Arruda Eventos, queria uma plataforma": "Tati",
    "quanto custa? vó Nair": "Nair",
    "mim chamo Francisca": "Francisca",
    "meu nome é josé carlos mas todo mundo me chama de zeca": "José Carlos",
    "Dr. Osvaldo pediu que eu, Renata Quirino, levantasse opções": "Renata Quirino",
    "Att, Clóvis Hartmann — Moinho Trigal": "Clóvis Hartmann",
    "GILBERTO NUNES - RECIFE - MOTO - NOITE": "Gilberto Nunes",
    "Quero entregar, Valdir de Lages": "Valdir",
    "o whats travou. (sou a dona, Perpétua)": "Perpétua",
    "Pode chamar de Duda. Preciso de um sistema": "Duda",
    "é a lu do brechó desapega, quero um site": "Lu",
    "opa, Dieguinho de valadares na área, tô de xre": "Dieguinho",
}
OTHERS_NAMES = (
    "vão usar: Márcia (financeiro), Tonho (estoque) e eu",
    "Equipe: Lia, Dinho, Preta",
    "tenho um brechó, o nome é Garimparia",
    "posso continuar com meu motoboy, o Juninho?",
    "Olha aqui, eu não sei mexer nisso",
    "quem recebe é o Sérgio",
    "Minha chefe, Dra. Quitéria, pediu pra ver um sistema",
)
CITIES = {
    "minha irmã Kelly mora em Curitiba e eu tenho uma ótica em Umuarama": "Umuarama PR",
    "eu sou de juazeiro mas o restaurante é em petrolina": "Petrolina PE",
    "meu marido trabalha em Macaé e eu toco a loja de roupa daqui de Muriaé": "Muriaé MG",
    "minha sogra tem um salão em Mossoró": "Mossoró RN",
    "manda um menino de moto aqui em boa viagem no recife": "Recife PE",
    "quero rodar de moto, vitória capital": "Vitória ES",
    "tenho uma loja na capital mineira": "Belo Horizonte MG",
    "vendo pipoca. atendo Indaiatuba": "Indaiatuba SP",
    "BH tem vaga?": "Belo Horizonte MG",
    "curitiba e região, qualquer rota": "Curitiba PR",
    "quero rodar por Niterói": "Niterói RJ",
    "Prezados, a Câmara Municipal de Itabaianinha deseja um sistema": "Itabaianinha SE",
    "1.200 envios por mês dentro de bh": "Belo Horizonte MG",
    "Anderson aqui, factor 150 manaus": "Manaus AM",
    "tem corrida em marabá não? to seco atrás de serviço": "Marabá PA",
    "a livraria Página Virada de jf quer entregar": "Juiz de Fora MG",
}
OTHERS_CITIES = (
    "uma amiga que tem loja em Salvador falou bem de vocês",
    "minha filha passou em medicina em Alfenas e preciso de renda extra",
    "a encomenda parou em Anápolis",
    "nasci em Quixadá mas isso não vem ao caso",
    "o motoboy antigo morava em Xanxerê",
    "vi um sistema de vocês funcionando lá em Goiânia",
    "é de graça falar com vocês?",
    "cartório de registro, 11 escreventes",
)
ANSWERS = {
    "na fachada tá escrito Rei do Pneu mas no contrato é outra coisa": "Rei do Pneu",
    "hj é Sabor do Cerrado, ano passado era Bom de Garfo": "Sabor do Cerrado",
    "tá no cartão que te mandei, Clínica Orto Sorrir": "Clínica Orto Sorrir",
    "somos franqueados, a nossa unidade aparece como Crepe Mania": "Crepe Mania",
    "coloca aí: Lojas Avenida Center": "Lojas Avenida Center",
    'é "Tô na Mesa"': "Tô na Mesa",
    "ótica Bella Visão e a filial também": "ótica Bella Visão",
    "Zinco. só isso, Zinco": "Zinco",
    "ainda to escolhendo o nome, abro mês que vem": "",
}


def test_a_company_is_understood_however_it_is_named() -> None:
    for text, value in COMPANIES.items():
        assert volunteered(READER.read(text), "company").casefold() == value.casefold(), text


def test_the_company_of_others_is_not_the_one_of_who_writes() -> None:
    for text in OTHERS_COMPANIES:
        assert volunteered(READER.read(text), "company") == "", text


def test_a_name_is_understood_however_it_is_presented() -> None:
    for text, value in NAMES.items():
        assert volunteered(READER.read(text), "name") == value, text


def test_the_name_of_others_is_not_the_one_of_who_writes() -> None:
    for text in OTHERS_NAMES:
        assert volunteered(READER.read(text), "name") == "", text


def test_the_city_where_one_works_is_told_from_where_one_was() -> None:
    for text, value in CITIES.items():
        assert volunteered(READER.read(text), "city") == value, text


def test_where_others_are_is_not_where_who_writes_is() -> None:
    for text in OTHERS_CITIES:
        assert volunteered(READER.read(text), "city") == "", text


def test_an_answer_keeps_the_name_and_not_the_sentence_around_it() -> None:
    for text, value in ANSWERS.items():
        assert answer(READER.read(text), "company") == value, text
