"""Que forma têm as mensagens e os status que a Meta entrega? Só as chaves que usamos.

As outras são ignoradas; toda chave pode faltar ou ser `null`.
Fonte: referência de webhooks da WhatsApp Cloud API (v24.0).
"""

from msgspec import UNSET, Raw, Struct, UnsetType, field


class Profile(Struct, gc=False):
    """Nome escolhido pela pessoa: não confiável, de qualquer tamanho."""

    name: str | None = None


class Contact(Struct, gc=False):
    """Quem escreveu; `wa_id` falta para quem esconde o telefone."""

    profile: Profile | None = None
    wa_id: str | None = None
    user_id: str | None = None


class Context(Struct, gc=False):
    """A mensagem citada, se há."""

    id: str | None = None


class Text(Struct, gc=False):
    """Corpo de texto."""

    body: str | None = None


class Media(Struct, gc=False):
    """Imagem, vídeo, áudio, documento ou figurinha; tudo é o que o remetente declara."""

    id: str | None = None
    mime_type: str | None = None
    sha256: str | None = None
    filename: str | None = None
    caption: str | None = None


class Location(Struct, gc=False):
    """Graus decimais."""

    latitude: float | None = None
    longitude: float | None = None
    name: str | None = None
    address: str | None = None


class Reaction(Struct, gc=False):
    """`emoji` ausente ou vazio: a reação foi retirada."""

    message_id: str | None = None
    emoji: str | None = None


class Tap(Struct, gc=False):
    """Botão ou linha de lista tocada."""

    id: str | None = None
    title: str | None = None


class FormReply(Struct, gc=False):
    """Resposta de um Flow; `response_json` é texto JSON escolhido pelo cliente."""

    response_json: str | None = None


class Interactive(Struct, gc=False):
    """Só a chave com o nome de `type` vem preenchida."""

    type: str | None = None
    button_reply: Tap | None = None
    list_reply: Tap | None = None
    nfm_reply: FormReply | None = None


class Button(Struct, gc=False):
    """Botão de resposta rápida de um modelo."""

    payload: str | None = None
    text: str | None = None


class System(Struct, gc=False):
    """Aviso da Meta sobre a conta da pessoa: ids novos aqui, antigos em `from` e `previous_user_id`."""

    wa_id: str | None = None
    new_wa_id: str | None = None
    customer: str | None = None
    user_id: str | None = None
    previous_user_id: str | None = None


class Edited(Struct, gc=False):
    """O novo conteúdo de uma mensagem editada: texto ou legenda."""

    text: Text | None = None
    image: Media | None = None
    video: Media | None = None
    document: Media | None = None


class Alteration(Struct, gc=False):
    """Edição (`message` presente) ou remoção de uma mensagem anterior."""

    original_message_id: str | None = None
    message: Edited | None = None


class Order(Struct, gc=False):
    """Pedido do catálogo; os itens não são usados."""

    text: str | None = None


class InboundMessage(Struct, gc=False):
    """`value.messages[]`: o conteúdo está sob a chave com o nome de `type`."""

    id: str | None = None
    sender: str | None = field(name="from", default=None)
    type: str | None = None
    timestamp: int | float | str | None = None
    text: Text | None = None
    context: Context | None = None
    from_user_id: str | None = None
    group_id: str | None = None
    interactive: Interactive | None = None
    button: Button | None = None
    image: Media | None = None
    video: Media | None = None
    audio: Media | None = None
    document: Media | None = None
    sticker: Media | None = None
    location: Location | None = None
    reaction: Reaction | None = None
    order: Order | None = None
    system: System | None = None
    edit: Alteration | None = None
    revoke: Alteration | None = None
    errors: Raw | UnsetType = UNSET


class StatusError(Struct, gc=False):
    """Por que falhou."""

    code: int | str | None = None


class DeliveryStatus(Struct, gc=False):
    """`value.statuses[]`."""

    id: str | None = None
    status: str | None = None
    timestamp: int | float | str | None = None
    recipient_id: str | None = None
    recipient_user_id: str | None = None
    recipient_type: str | None = None
    biz_opaque_callback_data: str | None = None
    errors: list[StatusError] | None = None
