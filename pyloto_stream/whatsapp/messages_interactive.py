"""Que mensagens pedem um toque? Botões, lista, botão de endereço, formulário e pedidos de lugar.

Promete: o `id` de botão e de linha volta como foi; o formulário volta como `nfm_reply`, a localização como
mensagem `location`. Limite: só dentro da janela de 24 horas.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

InteractiveType = Literal["button", "list", "cta_url", "flow", "location_request_message", "address_message"]
"""O `interactive.type` da Meta."""


class MediaHeader(msgspec.Struct, frozen=True):
    """Cabeçalho com arquivo, por `id` ou por `link` (exatamente um); `filename` só para documento."""

    kind: Literal["image", "video", "document"]
    id: str = ""
    link: str = ""
    filename: str = ""


Header = str | MediaHeader
"""Cabeçalho: texto (`""` é nenhum) ou arquivo."""


class Button(msgspec.Struct, frozen=True):
    """Botão de resposta: `id` volta como veio quando a pessoa toca."""

    id: str
    title: str


class ButtonsMessage(msgspec.Struct, frozen=True):
    """Corpo com 1 a 3 botões de resposta."""

    body: str
    buttons: tuple[Button, ...]
    header: Header = ""
    footer: str = ""


class Row(msgspec.Struct, frozen=True):
    """Linha de lista: `id` volta como veio quando a pessoa escolhe."""

    id: str
    title: str
    description: str = ""


class Section(msgspec.Struct, frozen=True):
    """Grupo de linhas; `title` só pode faltar se a lista tem uma seção."""

    rows: tuple[Row, ...]
    title: str = ""


class ListMessage(msgspec.Struct, frozen=True):
    """Corpo com uma lista de opções que `button` abre; o cabeçalho só pode ser texto."""

    body: str
    button: str
    sections: tuple[Section, ...]
    header: str = ""
    footer: str = ""


class CtaUrlMessage(msgspec.Struct, frozen=True):
    """Corpo com um botão que abre `url`; a Meta não avisa quando alguém toca."""

    body: str
    label: str
    url: str
    header: Header = ""
    footer: str = ""


class FlowMessage(msgspec.Struct, frozen=True):
    """Corpo com um botão `cta` que abre o formulário `flow_id` (WhatsApp Flows).

    `token` volta com a resposta e a cada troca com o nosso endereço de dados. `navigate` abre a tela `screen`
    (vazia: a primeira) já com `data`; `data_exchange` pede a primeira tela ao endereço, sem dados aqui.
    `mode` `draft` abre um formulário ainda não publicado, só para quem o administra.
    """

    body: str
    flow_id: str
    cta: str
    token: str
    action: Literal["navigate", "data_exchange"] = "navigate"
    screen: str = ""
    data: Mapping[str, object] = {}
    mode: Literal["published", "draft"] = "published"
    header: Header = ""
    footer: str = ""


class LocationRequestMessage(msgspec.Struct, frozen=True):
    """Corpo com o botão "Enviar localização"; a resposta é uma mensagem `location` que cita esta."""

    body: str


class SavedAddress(msgspec.Struct, frozen=True):
    """Um endereço que a pessoa já usou, para escolher sem digitar; `id` volta como veio."""

    id: str
    value: Mapping[str, str]


class AddressMessage(msgspec.Struct, frozen=True):
    """Pede um endereço de entrega. `country` é o código ISO de duas letras; hoje a Meta só aceita `IN`.

    `values` preenche campos (`name`, `phone_number`, `in_pin_code`, `city`…) e `validation_errors` diz, por
    campo, o que não serviu numa resposta anterior.
    """

    body: str
    country: str = "IN"
    values: Mapping[str, str] = {}
    validation_errors: Mapping[str, str] = {}
    saved_addresses: tuple[SavedAddress, ...] = ()
    header: Header = ""
    footer: str = ""


InteractiveMessage = (
    ButtonsMessage | ListMessage | CtaUrlMessage | FlowMessage | LocationRequestMessage | AddressMessage
)
