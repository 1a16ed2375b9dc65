"""Que gestos a tela sabe pedir? Um valor conferido por gesto; `do` diz qual."""

from typing import Annotated

import msgspec

Short = Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
Loose = Annotated[str, msgspec.Meta(max_length=200)]


class React(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="do", tag="react"):
    """Reage a uma mensagem; emoji vazio tira a reação."""

    message: str
    emoji: Annotated[str, msgspec.Meta(max_length=32)] = ""


class Edit(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="do", tag="edit"):
    """Corrige uma mensagem sua."""

    message: str
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=4096)]


class Revoke(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="do", tag="revoke"):
    """Apaga uma mensagem sua."""

    message: str


class Locate(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="do", tag="location"):
    """Manda um lugar, em graus."""

    latitude: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    longitude: Annotated[float, msgspec.Meta(ge=-180, le=180)]
    name: Loose = ""
    address: Loose = ""
    reply_to: str = ""


class Share(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="do", tag="contact"):
    """Manda um contato."""

    name: Short
    phone: Annotated[str, msgspec.Meta(pattern=r"^\+?[0-9]{6,15}$")]


class Press(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="do", tag="press"):
    """Toca num botão de resposta de um modelo; `choice` é o que ele leva."""

    message: str
    choice: str


class Call(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="do", tag="call"):
    """Liga para a empresa."""


class Move(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="do", tag="move"):
    """Troca de número."""


class Attend(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="do", tag="attend"):
    """Alguém da empresa responde pelo aplicativo, no lugar do atendimento automático."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=4096)]


AboutMessage = React | Edit | Revoke | Press
AboutSelf = Locate | Share | Call | Move | Attend


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """O corpo de um pedido."""

    gesture: AboutMessage | AboutSelf
