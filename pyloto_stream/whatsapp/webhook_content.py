"""O que uma mensagem diz, de qualquer dos tipos da Meta? Um só valor pequeno, o mesmo para todos.

Promete: todo tipo documentado tem um `kind`; um desconhecido vira `unknown`; `None` é forma errada.
Limite: mídia, nomes e textos são o que o remetente declara; nada é conferido aqui.
"""

from typing import Literal

import msgspec

Kind = Literal[
    "text", "choice", "audio", "image", "video", "document", "sticker", "location", "contacts", "reaction",
    "form", "order", "system", "edit", "revoke", "unsupported", "unknown",
]  # fmt: skip
MediaKind = Literal["image", "video", "audio", "document", "sticker"]


class Media(msgspec.Struct, frozen=True, gc=False):
    """Mídia a baixar pelo `id`; `sha256` em base64, como veio; `url`, se veio, vale 5 minutos."""

    id: str
    mime_type: str = ""
    sha256: str = ""
    filename: str = ""
    url: str = ""
    voice: bool = False
    animated: bool = False


class Place(msgspec.Struct, frozen=True, gc=False):
    """Localização, em graus decimais."""

    latitude: float
    longitude: float
    name: str = ""
    address: str = ""


class Card(msgspec.Struct, frozen=True, gc=False):
    """Um contato mostrado; `own`: é a resposta ao nosso pedido do número da própria pessoa."""

    name: str = ""
    phone: str = ""
    own: bool = False


class Content(msgspec.Struct, frozen=True, gc=False):
    """O conteúdo normalizado.

    `text`: corpo, legenda, título da opção ou emoji da reação. `choice`: id da opção. `context_id`: mensagem
    citada, reagida, editada ou removida. `form`: campos de um formulário. `detail`: o subtipo que a Meta diz.
    """

    kind: Kind
    text: str = ""
    choice: str = ""
    context_id: str = ""
    media: Media | None = None
    place: Place | None = None
    form: dict[str, str] = {}
    cards: tuple[Card, ...] = ()
    items: int = 0
    detail: str = ""
    product: str = ""
    forwarded: bool = False
