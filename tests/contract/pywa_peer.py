"""O mesmo que enviamos, dito por um cliente independente (`pywa`), por HTTP de verdade até um laço local.

O `pywa` não deixa escolher o endereço da Graph: um transporte troca o destino e mantém o resto do pedido.
Ele é síncrono; quem chama daqui o faz numa thread.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType

import httpx
from pywa.client import WhatsApp
from pywa.types import templates as t
from pywa.types.callback import Button, FlowButton, Section, SectionList, SectionRow, URLButton
from pywa.types.flows import FlowActionType, FlowStatus
from pywa.types.others import Contact

from tests.support.outbound_kinds import LINK, MEDIA_ID

TO = "+5541999990000"
TRACKER = "v1.3.ab.0"
YES = Button(title="Sim", callback_data="s1:a")
Send = Callable[[WhatsApp], object]

ANA = Contact(
    name=Contact.Name("Ana Souza", "Ana", "Souza", "Maria", "Neta", "Dra."),
    birthday="1990-02-28",
    phones=[Contact.Phone("+55 41 99999-0000", "WORK", "5541999990000")],
    emails=[Contact.Email("ana@example.com", "WORK")],
    urls=[Contact.Url("https://example.com/ana", "WORK")],
    addresses=[Contact.Address("Rua Um, 10", "Curitiba", "PR", "80000-000", "Brasil", "br", "HOME")],
    org=Contact.Org("Pyloto", "Entregas", "Gerente"),
)


class Retarget(httpx.HTTPTransport):
    """Leva a `url` o que iria à Graph; caminho, cabeçalhos e corpo não mudam."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._target = httpx.URL(url)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Troca o destino e envia."""
        target = self._target
        request.url = request.url.copy_with(scheme=target.scheme, host=target.host, port=target.port)
        return super().handle_request(request)


def speak(url: str, token: str, number: str, send: Send) -> object:
    """Um `pywa` que fala com `url` em nome de `number`, faz `send` e fecha as conexões; bloqueia."""
    with httpx.Client(transport=Retarget(url)) as session:
        return send(WhatsApp(phone_id=number, token=token, session=session))


def _text(part: type[t.HeaderText | t.BodyText], *values: object, **named: str) -> t.BaseParams:
    # chamado na classe, mas anotado como método
    made: t.BaseParams = part.params(*values, **named)  # type: ignore[arg-type]
    return made


def _template(*params: t.BaseParams | dict[str, object]) -> Send:
    language = t.TemplateLanguage.PORTUGUESE_BR
    given = list(params) or None
    return lambda wa: wa.send_template(TO, "lead_followup", language, given, tracker=TRACKER)


def _card(number: int) -> t.CarouselCard._Params:
    parts = [
        t.HeaderImage.params(image=MEDIA_ID),
        _text(t.BodyText, f"Oferta {number}"),
        t.QuickReplyButton.params(callback_data=f"card:{number}", index=0),
    ]
    return t.CarouselCard.params(params=parts, index=number - 1)


_MONEY = t.Currency(fallback_value="R$ 12,50", code="BRL", amount_1000=12_500)
_POSITIONAL = (
    _text(t.HeaderText, "Olá"),
    _text(t.BodyText, "Ana", _MONEY, t.DateTime(fallback_value="5 de agosto")),
    t.QuickReplyButton.params(callback_data="opt:1", index=0),
    t.URLButton.params(url_variable="pedido/12", index=1),
    t.CopyCodeButton.params(coupon_code="FRETE10", index=2),
    t.FlowButton.params(index=3, flow_token="token-1", flow_action_data={"name": "Ana"}),
)
_LIST = SectionList(
    button_title="Abrir",
    sections=[
        Section(
            title="A",
            rows=[
                SectionRow(title="Um", callback_data="r1", description="Primeiro"),
                SectionRow(title="Dois", callback_data="r2"),
            ],
        ),
        Section(title="B", rows=[SectionRow(title="T", callback_data="r3")]),
    ],
)
_SITE = URLButton(title="Abrir", url="https://example.com/a")
_FORM = FlowButton(
    title="Cadastrar",
    flow_id="1234567890",
    flow_token="token-1",
    flow_action_type=FlowActionType.NAVIGATE,
    flow_action_screen="ENTRY",
    flow_action_payload={"name": "Ana"},
)
_EXCHANGE = FlowButton(
    title="Cadastrar",
    flow_id="1234567890",
    flow_token="token-1",
    flow_action_type=FlowActionType.DATA_EXCHANGE,
    mode=FlowStatus.DRAFT,
)

PYWA: Mapping[str, Send] = MappingProxyType(
    {
        "text": lambda wa: wa.send_message(TO, "Olá! https://example.com", preview_url=True, tracker=TRACKER),
        "image": lambda wa: wa.send_image(TO, MEDIA_ID, "A foto", tracker=TRACKER),
        "video": lambda wa: wa.send_video(TO, LINK, "O vídeo", tracker=TRACKER),
        "audio": lambda wa: wa.send_audio(TO, MEDIA_ID, tracker=TRACKER),
        "voice": lambda wa: wa.send_voice(TO, MEDIA_ID, tracker=TRACKER),
        "document": lambda wa: wa.send_document(TO, MEDIA_ID, "nota.pdf", "A nota", tracker=TRACKER),
        "sticker": lambda wa: wa.send_sticker(TO, MEDIA_ID, tracker=TRACKER),
        "location": lambda wa: wa.send_location(
            TO, -25.4284, -49.2733, "Pyloto", "Rua Um, 10", tracker=TRACKER
        ),
        "contacts": lambda wa: wa.send_contact(
            TO, [ANA, Contact(name=Contact.Name("Bia", "Bia"))], tracker=TRACKER
        ),
        "reaction": lambda wa: wa.send_reaction(TO, "👍🏽", "wamid.IN", tracker=TRACKER),
        "reaction removed": lambda wa: wa.remove_reaction(TO, "wamid.IN", tracker=TRACKER),
        "interactive button": lambda wa: wa.send_message(
            TO,
            "Confirma?",
            "Pedido",
            "Pyloto",
            [YES, Button(title="Não", callback_data="s1:b")],
            tracker=TRACKER,
        ),
        "interactive button image": lambda wa: wa.send_image(
            TO, MEDIA_ID, "Confirma?", "Pyloto", [YES], tracker=TRACKER
        ),
        "interactive button video": lambda wa: wa.send_video(
            TO, LINK, "Confirma?", buttons=[YES], tracker=TRACKER
        ),
        "interactive button document": lambda wa: wa.send_document(
            TO, MEDIA_ID, "nota.pdf", "Confirma?", buttons=[YES], tracker=TRACKER
        ),
        "interactive list": lambda wa: wa.send_message(
            TO, "Escolha", "Serviços", "Pyloto", _LIST, tracker=TRACKER
        ),
        "interactive cta_url": lambda wa: wa.send_message(
            TO, "Veja", "Site", "Pyloto", _SITE, tracker=TRACKER
        ),
        "interactive flow": lambda wa: wa.send_message(TO, "Preencha", buttons=_FORM, tracker=TRACKER),
        "interactive flow exchange": lambda wa: wa.send_message(
            TO, "Preencha", footer="Pyloto", buttons=_EXCHANGE, tracker=TRACKER
        ),
        "interactive location_request_message": lambda wa: wa.request_location(
            TO, "Onde você está?", tracker=TRACKER
        ),
        "template": _template(),
        "template positional": _template(*_POSITIONAL),
        "template named": _template(_text(t.BodyText, first_name="Ana", order_id="12")),
        "template image": _template(t.HeaderImage.params(image=LINK)),
        "template video": _template(t.HeaderVideo.params(video=MEDIA_ID)),
        "template gif": _template(t.HeaderGIF.params(gif=LINK)),
        "template document": _template(t.HeaderDocument.params(document=MEDIA_ID, filename="nota.pdf")),
        "template location": _template(
            t.HeaderLocation.params(lat=-25.43, lon=-49.27, name="Pyloto", address="Rua Um, 10")
        ),
        "template product": _template(t.HeaderProduct.params(catalog_id="CATALOG1", sku="SKU1")),
        "template offer": _template(
            t.LimitedTimeOffer.params(expiration_time=datetime.fromtimestamp(1_790_000_000, UTC))
        ),
        "template carousel": _template(t.Carousel.params(cards=[_card(1), _card(2)])),
    }
)
"""Como o `pywa` envia cada exemplo de `OUTBOUND`, pelo mesmo nome."""

UNKNOWN = frozenset({"interactive address_message"})
"""O que o `pywa` não sabe enviar."""
