"""Como se envia um modelo aprovado? Nome, idioma e os valores de cada parte, na forma da Meta.

Promete: tem lugar para todo componente e todo tipo de parâmetro que o produto pode usar; botões de catálogo
e de chamada ficam fora. Limite: não conhece a definição do modelo (`templates.py`): aqui se confere a
forma, lá se os valores são os que o modelo pede.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

ComponentType = Literal["header", "body", "button", "limited_time_offer", "carousel"]
ButtonKind = Literal["", "quick_reply", "url", "flow", "copy_code"]
ParameterType = Literal[
    "text", "currency", "date_time", "image", "video", "document", "gif", "location", "payload",
    "coupon_code", "action", "limited_time_offer", "product",
]  # fmt: skip


class Currency(msgspec.Struct, frozen=True):
    """Um valor: `amount_1000` são milésimos de `code` (ISO 4217); `fallback` é o texto já formatado."""

    fallback: str
    code: str
    amount_1000: int


class TemplateMedia(msgspec.Struct, frozen=True):
    """Arquivo de um cabeçalho, por `id` ou por `link` (exatamente um); `filename` só para documento."""

    id: str = ""
    link: str = ""
    filename: str = ""


class TemplateLocation(msgspec.Struct, frozen=True):
    """Ponto de um cabeçalho de lugar, em graus decimais; nome e endereço são obrigatórios na Meta."""

    latitude: float
    longitude: float
    name: str
    address: str


class ProductRef(msgspec.Struct, frozen=True):
    """Um produto do catálogo, no cabeçalho."""

    retailer_id: str
    catalog_id: str


class FlowAction(msgspec.Struct, frozen=True):
    """O que leva o botão de formulário: `token` volta com a resposta; `data` vai à primeira tela."""

    token: str
    data: Mapping[str, object] = {}


class TemplateParameter(msgspec.Struct, frozen=True):
    """Um valor. Cada `type` usa o seu campo; os outros ficam vazios.

    `text`: `text` (e `name` se os parâmetros do modelo têm nome); `date_time`: `text`, a data já escrita;
    `payload` e `coupon_code`: `text`, o que volta no toque ou o código; `image`, `video`, `document`, `gif`:
    `media`; `limited_time_offer`: `expires_at_ms` (época Unix, milissegundos); `action`: `flow`.
    """

    type: ParameterType
    text: str = ""
    name: str = ""
    media: TemplateMedia | None = None
    currency: Currency | None = None
    location: TemplateLocation | None = None
    product: ProductRef | None = None
    flow: FlowAction | None = None
    expires_at_ms: int = 0


class TemplateComponent(msgspec.Struct, frozen=True):
    """Uma parte do modelo. `sub_type` e `index` (posição do botão, desde zero) só para `button`.

    `cards` só para `carousel`.
    """

    type: ComponentType
    sub_type: ButtonKind = ""
    index: int | None = None
    parameters: tuple[TemplateParameter, ...] = ()
    cards: "tuple[TemplateCard, ...]" = ()


class TemplateCard(msgspec.Struct, frozen=True):
    """Um cartão de carrossel, na ordem em que aparece."""

    components: tuple[TemplateComponent, ...]


class TemplateMessage(msgspec.Struct, frozen=True):
    """O modelo aprovado `name` no idioma `language` (por exemplo `pt_BR`); serve fora da janela."""

    name: str
    language: str
    components: tuple[TemplateComponent, ...] = ()
