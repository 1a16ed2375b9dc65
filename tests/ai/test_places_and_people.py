import pytest

from pyloto_stream.ai.lexicon import READER
from pyloto_stream.ai.parsers import answer

CITIES = """
são paulo; rio de janeiro; brasília; fortaleza; salvador; belo horizonte; manaus; curitiba; recife;
goiânia; belém; porto alegre; guarulhos; campinas; são luís; maceió; campo grande; são gonçalo; teresina;
joão pessoa; duque de caxias; nova iguaçu; são bernardo do campo; natal; santo andré; osasco; sorocaba;
uberlândia; ribeirão preto; são josé dos campos; cuiabá; jaboatão dos guararapes; contagem; joinville;
feira de santana; aracaju; londrina; juiz de fora; florianópolis; aparecida de goiânia; serra; campos dos
goytacazes; belford roxo; niterói; são josé do rio preto; ananindeua; vila velha; caxias do sul; porto
velho; mogi das cruzes; jundiaí; macapá; são joão de meriti; piracicaba; campina grande; santos; mauá;
montes claros; boa vista; betim; maringá; anápolis; diadema; carapicuíba; petrolina; bauru; caruaru;
vitória da conquista; itaquaquecetuba; rio branco; blumenau; ponta grossa; caucaia; cariacica; franca;
olinda; praia grande; cascavel; canoas; paulista; uberaba; santarém; são vicente; ribeirão das neves; são
josé dos pinhais; pelotas; vitória; barueri; taubaté; suzano; palmas; camaçari; várzea grande; juazeiro do
norte; foz do iguaçu; sumaré; petrópolis; cotia; taboão da serra; imperatriz; santa maria; são leopoldo;
marabá; governador valadares; volta redonda; gravataí; arapiraca; parnamirim; americana; marília; itabuna;
bom jesus; novo hamburgo; nova friburgo; sete lagoas; três lagoas; dois vizinhos; registro; assis; salto;
cambé; arapongas; ibiporã; rolândia; bela vista do paraíso; primeiro de maio; sertanópolis; campo mourão;
umuarama; paranavaí; guarapuava; paranaguá; toledo; apucarana; pinhais; colombo; telêmaco borba;
jacarezinho; cornélio procópio; itu; lins; mogi guaçu; barra mansa; rio claro; pouso alegre; poços de
caldas; varginha; divino; flores da cunha; chapecó; itajaí; lages; tubarão; gaspar; timbó; passo fundo;
ijuí; bagé; erechim; bento gonçalves; ouro preto; mar de espanha; campo largo; fazenda rio grande;
araucária; almirante tamandaré; mandaguari; astorga; colorado; porecatu
"""
NAMES = """
ana; maria; josé; joão; antônio; francisco; carlos; paulo; pedro; lucas; luiz; marcos; luís; gabriel;
rafael; daniel; marcelo; bruno; eduardo; felipe; raimundo; rodrigo; manoel; mateus; andré; fernando;
fábio; leonardo; gustavo; guilherme; leandro; tiago; anderson; ricardo; márcio; jorge; sebastião;
alexandre; roberto; edson; diego; vitor; sérgio; cláudio; francisca; antônia; adriana; juliana; márcia;
fernanda; patrícia; aline; sandra; camila; amanda; bruna; jéssica; letícia; júlia; luciana; vanessa;
mariana; gabriela; vera; vitória; larissa; cláudia; beatriz; rita; luana; sônia; renata; eliane; josefa;
simone; natália; cristiane; carla; débora; rosângela; jaqueline; rosa; daniela; aparecida; marlene;
terezinha; raimunda; andréia; fabiana; lúcia; raquel; angela; rafaela; joana; luzia; elaine; daniele;
daiane; alice; regina; bia; duda; zé; léo; gui; jô; teo; caio; enzo; igor; yuri; hugo; saulo; wesley;
wellington; washington; kauã; davi; noah; theo; benício; dora; eva; iara; íris; lia; noemi; socorro;
graça; conceição; dalva; nair; neusa; cida; tião; chico; kátia; shirley; thaís; xênia; wagner; walter;
ruth; judith; edith; smith
"""


def listed(text: str) -> list[str]:
    return [" ".join(item.split()) for item in text.split(";")]


@pytest.mark.parametrize("city", listed(CITIES))
def test_real_cities_are_accepted_as_typed(city: str) -> None:
    assert answer(READER.read(city), "city").lower().startswith(city)
    assert answer(READER.read(f"moro em {city} - PR"), "city").lower() == f"{city} pr"


@pytest.mark.parametrize("name", listed(NAMES))
def test_real_names_are_accepted_as_typed(name: str) -> None:
    assert answer(READER.read(name), "name").lower() == name
    assert answer(READER.read(f"oi, sou {name} silva"), "name").lower() == f"{name} silva"
