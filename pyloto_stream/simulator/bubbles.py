"""O que a tela desenha? Balões: uma mensagem de qualquer tipo, de quem for, num só formato.

Limite: o que a tela não sabe desenhar é um balão `other` com o nome do tipo; nunca um balão vazio.
"""

from typing import Literal

import msgspec

State = Literal["sent", "retrying", "failed", "delivered", "read"]
_RANK: dict[str, int] = {"sent": 0, "retrying": 1, "failed": 2, "delivered": 3, "read": 4}

Kind = Literal[
    "text", "buttons", "list", "link", "flow", "ask_location", "template", "media", "location", "contacts",
    "form", "order", "call", "notice", "other",
]  # fmt: skip
MediaKind = Literal["image", "video", "audio", "document", "sticker"]
MEDIA_KINDS: tuple[MediaKind, ...] = ("image", "video", "audio", "document", "sticker")


class Option(msgspec.Struct, frozen=True, omit_defaults=True):
    """Um botão ou uma linha de lista; `url` só em botão de modelo que abre um endereço."""

    id: str
    title: str
    description: str = ""
    section: str = ""
    url: str = ""


class Media(msgspec.Struct, frozen=True, omit_defaults=True):
    """Um arquivo. `url` é da Meta local, ou `https://` de fora, que a tela só oferece como endereço."""

    kind: MediaKind
    url: str = ""
    mime: str = ""
    name: str = ""
    size: int = 0
    voice: bool = False


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """Um lugar, em graus decimais."""

    latitude: float
    longitude: float
    name: str = ""
    address: str = ""


class Card(msgspec.Struct, frozen=True, omit_defaults=True):
    """Um contato compartilhado."""

    name: str
    phones: tuple[str, ...] = ()


class Quote(msgspec.Struct, frozen=True, omit_defaults=True):
    """A mensagem a que esta responde; `text` vazio: a conversa não a tem."""

    id: str
    mine: bool = False
    text: str = ""


class Reactions(msgspec.Struct, frozen=True, omit_defaults=True):
    """As reações a uma mensagem: a da pessoa e a da empresa."""

    mine: str = ""
    theirs: str = ""


class Bubble(msgspec.Struct):
    """Um balão. `mine` é da pessoa; `state` só anda para a frente. `human`: uma pessoa da empresa.

    `code` é o erro da Meta de um envio que falhou. `closed`: a oferta (formulário) já não vale.
    """

    id: str
    mine: bool
    at_ms: int
    kind: Kind
    text: str
    header: str = ""
    footer: str = ""
    button: str = ""
    url: str = ""
    options: tuple[Option, ...] = ()
    state: State = "sent"
    latency_ms: float | None = None
    media: Media | None = None
    place: Place | None = None
    cards: tuple[Card, ...] = ()
    quote: Quote | None = None
    reactions: Reactions = Reactions()
    human: bool = False
    forwarded: bool = False
    edited: bool = False
    deleted: bool = False
    closed: bool = False
    code: int = 0

    def advance(self, state: State) -> bool:
        """Passa a `state` se for adiante; diz se mudou."""
        if _RANK[state] <= _RANK[self.state]:
            return False
        self.state = state
        return True

    def summary(self) -> str:
        """Uma linha, para citar ou listar."""
        if self.deleted:
            return "Mensagem apagada"
        named = self.text or self.header
        if self.media is not None:
            return named or self.media.name or MEDIA_NAMES[self.media.kind]
        if self.place is not None:
            return self.place.name or "Localização"
        if self.cards:
            return f"Contato: {self.cards[0].name}"
        return named


MEDIA_NAMES: dict[MediaKind, str] = {
    "image": "Foto",
    "video": "Vídeo",
    "audio": "Áudio",
    "document": "Documento",
    "sticker": "Figurinha",
}
