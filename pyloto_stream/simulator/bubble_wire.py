"""Que partes do JSON de uma mensagem viram tela? As formas da Meta, lidas com folga: tudo pode faltar."""

import msgspec


class Words(msgspec.Struct, frozen=True):
    """Texto com um destes nomes."""

    body: str = ""
    text: str = ""


class File(msgspec.Struct, frozen=True):
    """Mídia por id ou por endereço."""

    id: str = ""
    link: str = ""
    caption: str = ""
    filename: str = ""
    mime_type: str = ""
    voice: bool = False


class Header(msgspec.Struct, frozen=True):
    """Cabeçalho de texto ou de mídia."""

    type: str = "text"
    text: str = ""
    image: File | None = None
    video: File | None = None
    document: File | None = None


class Reply(msgspec.Struct, frozen=True):
    """Uma opção, ou a escolha dela."""

    id: str = ""
    title: str = ""
    description: str = ""


class Button(msgspec.Struct, frozen=True):
    """Um botão de resposta."""

    reply: Reply


class Section(msgspec.Struct, frozen=True):
    """Um grupo de linhas."""

    rows: list[Reply] = []
    title: str = ""


class Parameters(msgspec.Struct, frozen=True):
    """Os parâmetros de um botão de endereço ou de formulário."""

    display_text: str = ""
    url: str = ""
    flow_cta: str = ""


class Action(msgspec.Struct, frozen=True):
    """O que se pode tocar."""

    button: str = ""
    buttons: list[Button] = []
    sections: list[Section] = []
    parameters: Parameters = Parameters()


class FormAnswer(msgspec.Struct, frozen=True):
    """A resposta de um formulário."""

    body: str = ""
    response_json: str = "{}"


class Interactive(msgspec.Struct, frozen=True):
    """Mensagem interativa, nos dois sentidos."""

    type: str = ""
    body: Words = Words()
    header: Header = Header()
    footer: Words = Words()
    action: Action = Action()
    button_reply: Reply | None = None
    list_reply: Reply | None = None
    nfm_reply: FormAnswer | None = None


class Location(msgspec.Struct, frozen=True):
    """Um lugar."""

    latitude: float
    longitude: float
    name: str = ""
    address: str = ""


class Name(msgspec.Struct, frozen=True):
    """O nome de um contato."""

    formatted_name: str = ""


class Phone(msgspec.Struct, frozen=True):
    """O telefone de um contato."""

    phone: str = ""
    wa_id: str = ""


class Contact(msgspec.Struct, frozen=True):
    """Um contato compartilhado."""

    name: Name = Name()
    phones: list[Phone] = []


class Context(msgspec.Struct, frozen=True):
    """A mensagem citada: `id` na chegada, `message_id` no envio."""

    id: str = ""
    message_id: str = ""
    forwarded: bool = False
    frequently_forwarded: bool = False


class Tapped(msgspec.Struct, frozen=True):
    """Toque num botão de modelo."""

    text: str = ""


class Order(msgspec.Struct, frozen=True):
    """Um pedido do catálogo."""

    text: str = ""
    product_items: list[dict[str, object]] = []


class System(msgspec.Struct, frozen=True):
    """Aviso da Meta sobre a pessoa."""

    type: str = ""
    body: str = ""


class Reaction(msgspec.Struct, frozen=True):
    """Reação; `emoji` vazio tira a que havia."""

    message_id: str = ""
    emoji: str = ""


class Change(msgspec.Struct, frozen=True):
    """De que mensagem falam uma edição (com a mensagem nova) ou uma exclusão."""

    original_message_id: str = ""
    message: dict[str, object] = {}


class Named(msgspec.Struct, frozen=True):
    """Um modelo, pelo nome."""

    name: str = ""


class Wire(msgspec.Struct, frozen=True):
    """Uma mensagem, recebida ou enviada."""

    type: str = "text"
    context: Context = Context()
    text: Words | None = None
    interactive: Interactive | None = None
    image: File | None = None
    video: File | None = None
    audio: File | None = None
    document: File | None = None
    sticker: File | None = None
    location: Location | None = None
    contacts: list[Contact] = []
    button: Tapped | None = None
    order: Order | None = None
    system: System | None = None
    reaction: Reaction | None = None
    edit: Change | None = None
    revoke: Change | None = None
    template: Named | None = None


def present(value: object) -> object:
    """`value` sem os campos nulos: para a Meta, e para o juiz, nulo é ausente."""
    if isinstance(value, dict):
        return {key: present(inner) for key, inner in value.items() if inner is not None}
    return [present(inner) for inner in value] if isinstance(value, list) else value
