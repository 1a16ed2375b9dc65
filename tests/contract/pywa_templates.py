"""Os modelos, ditos por um cliente independente (`pywa`); ver `pywa_peer.py`."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from pywa.client import WhatsApp
from pywa.types import templates as t

from tests.support.outbound_kinds import LINK

TO = "+5541999990000"
TRACKER = "v1.3.ab.0"
OFFER_S = 1_790_000_000
Send = Callable[[WhatsApp], object]


def _text(part: type[t.HeaderText | t.BodyText], *values: object, **named: str) -> t.BaseParams:
    # chamado na classe, mas anotado como método
    made: t.BaseParams = part.params(*values, **named)  # type: ignore[arg-type]
    return made


def _template(*params: t.BaseParams | dict[str, object]) -> Send:
    language = t.TemplateLanguage.PORTUGUESE_BR
    given = list(params) or None
    return lambda wa: wa.send_template(TO, "lead_followup", language, given, tracker=TRACKER)


def _card(number: int, media: str) -> t.CarouselCard._Params:
    parts = [
        t.HeaderImage.params(image=media),
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


def templates(media: str) -> Mapping[str, Send]:
    """Cada exemplo de modelo; `media` é o id do arquivo dos que têm um."""
    return {
        "template": _template(),
        "template positional": _template(*_POSITIONAL),
        "template named": _template(_text(t.BodyText, first_name="Ana", order_id="12")),
        "template image": _template(t.HeaderImage.params(image=LINK)),
        "template video": _template(t.HeaderVideo.params(video=media)),
        "template gif": _template(t.HeaderGIF.params(gif=LINK)),
        "template document": _template(t.HeaderDocument.params(document=media, filename="nota.pdf")),
        "template location": _template(
            t.HeaderLocation.params(lat=-25.43, lon=-49.27, name="Pyloto", address="Rua Um, 10")
        ),
        "template product": _template(t.HeaderProduct.params(catalog_id="CATALOG1", sku="SKU1")),
        "template offer": _template(
            t.LimitedTimeOffer.params(expiration_time=datetime.fromtimestamp(OFFER_S, UTC))
        ),
        "template carousel": _template(t.Carousel.params(cards=[_card(1, media), _card(2, media)])),
    }
