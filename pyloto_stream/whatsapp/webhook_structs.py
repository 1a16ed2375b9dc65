"""Que forma têm as mensagens que a Meta entrega? Só as chaves que usamos.

As outras são ignoradas; toda chave pode faltar ou ser `null`; um id pode vir como número. Ecos são iguais.
Fonte: referência de webhooks da WhatsApp Cloud API (v24.0).
"""

from msgspec import UNSET, Raw, Struct, UnsetType, field

from pyloto_stream.whatsapp.webhook_reply_structs import Button, Id, Interactive

Instant = int | float | str | None
"""Segundos Unix."""


class Profile(Struct, gc=False):
    """Nome escolhido pela pessoa: não confiável, de qualquer tamanho."""

    name: str | None = None


class Contact(Struct, gc=False):
    """Quem escreveu; `wa_id` falta para quem esconde o telefone."""

    profile: Profile | None = None
    wa_id: Id = None
    user_id: Id = None
    parent_user_id: Id = None


class Product(Struct, gc=False):
    """O produto do catálogo de que se fala."""

    product_retailer_id: Id = None


class Context(Struct, gc=False):
    """A mensagem citada, se há; ou a marca de encaminhada, e então não há `id`."""

    id: Id = None
    forwarded: bool | str | int | None = None
    frequently_forwarded: bool | str | int | None = None
    referred_product: Product | None = None


class Referral(Struct, gc=False):
    """De que anúncio ou publicação a pessoa veio."""

    source_type: str | None = None
    source_id: Id = None
    headline: str | None = None
    ctwa_clid: str | None = None


class Text(Struct, gc=False):
    """Corpo de texto."""

    body: str | None = None


class Media(Struct, gc=False):
    """Imagem, vídeo, áudio, documento ou figurinha; tudo é o que o remetente declara."""

    id: Id = None
    mime_type: str | None = None
    sha256: str | None = None
    filename: str | None = None
    caption: str | None = None
    url: str | None = None
    voice: bool | str | int | None = None
    animated: bool | str | int | None = None


class Location(Struct, gc=False):
    """Graus decimais."""

    latitude: float | None = None
    longitude: float | None = None
    name: str | None = None
    address: str | None = None


class CardName(Struct, gc=False):
    """Nome num cartão de contato; só o formatado é prometido, e nem ele."""

    formatted_name: str | None = None
    first_name: str | None = None


class CardPhone(Struct, gc=False):
    """Telefone num cartão: `phone` como a pessoa o escreveu, `wa_id` se tem conta."""

    phone: Id = None
    wa_id: Id = None


class Card(Struct, gc=False):
    """Um cartão de contato. `origin`: `contact_request` se é a resposta ao nosso pedido do número."""

    name: CardName | None = None
    phones: list[CardPhone] | None = None
    origin: str | None = None


class Reaction(Struct, gc=False):
    """`emoji` ausente ou vazio: a reação foi retirada."""

    message_id: Id = None
    emoji: str | None = None


class System(Struct, gc=False):
    """Aviso da Meta sobre a conta da pessoa: ids novos aqui, antigos em `from` e `previous_…`."""

    type: str | None = None
    wa_id: Id = None
    new_wa_id: Id = None
    customer: Id = None
    user_id: Id = None
    previous_user_id: Id = None
    parent_user_id: Id = None
    previous_parent_user_id: Id = None


class Edited(Struct, gc=False):
    """O novo conteúdo de uma mensagem editada: texto ou legenda."""

    text: Text | None = None
    image: Media | None = None
    video: Media | None = None
    document: Media | None = None


class Alteration(Struct, gc=False):
    """Edição (`message` presente) ou remoção de uma mensagem anterior."""

    original_message_id: Id = None
    message: Edited | None = None


class Order(Struct, gc=False):
    """Pedido do catálogo; dos itens só se conta quantos são."""

    text: str | None = None
    product_items: list[Raw] | None = None


class Unsupported(Struct, gc=False):
    """O que a pessoa mandou e a Meta não entrega (`poll_creation`, `gif`, …)."""

    type: str | None = None


class InboundMessage(Struct, gc=False):
    """`value.messages[]` e `value.message_echoes[]`: o conteúdo está sob a chave com o nome de `type`."""

    id: Id = None
    sender: Id = field(name="from", default=None)
    type: str | None = None
    timestamp: Instant = None
    text: Text | None = None
    context: Context | None = None
    from_user_id: Id = None
    from_parent_user_id: Id = None
    group_id: Id = None
    interactive: Interactive | None = None
    button: Button | None = None
    image: Media | None = None
    video: Media | None = None
    audio: Media | None = None
    document: Media | None = None
    sticker: Media | None = None
    location: Location | None = None
    contacts: list[Card] | None = None
    reaction: Reaction | None = None
    order: Order | None = None
    system: System | None = None
    edit: Alteration | None = None
    revoke: Alteration | None = None
    unsupported: Unsupported | None = None
    referral: Referral | None = None
    origin: str | None = None
    to: Id = None
    to_user_id: Id = None
    to_parent_user_id: Id = None
    errors: Raw | UnsetType = UNSET
