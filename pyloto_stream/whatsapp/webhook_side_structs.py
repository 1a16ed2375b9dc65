"""Que forma têm os status, as ligações e as preferências que a Meta entrega? Só as chaves que usamos.

Fonte: referência de webhooks da WhatsApp Cloud API (v24.0).
"""

from msgspec import Struct, field

from pyloto_stream.whatsapp.webhook_reply_structs import Id
from pyloto_stream.whatsapp.webhook_structs import Instant


class StatusError(Struct, gc=False):
    """Por que falhou."""

    code: int | str | None = None


class Pricing(Struct, gc=False):
    """Que mensagem foi, para a cobrança: `category` (`service`, `utility`, …) e `type` (`regular`, …)."""

    category: str | None = None
    type: str | None = None


class DeliveryStatus(Struct, gc=False):
    """`value.statuses[]`. `type` é `call` quando o status é de uma ligação, e não de uma mensagem."""

    id: Id = None
    status: str | None = None
    timestamp: Instant = None
    type: str | None = None
    recipient_id: Id = None
    recipient_user_id: Id = None
    recipient_parent_user_id: Id = None
    recipient_type: str | None = None
    biz_opaque_callback_data: str | None = None
    pricing: Pricing | None = None
    errors: list[StatusError] | None = None


class PhoneCall(Struct, gc=False):
    """`value.calls[]`. O áudio (`session`) não é lido: não atendemos."""

    id: Id = None
    sender: Id = field(name="from", default=None)
    from_user_id: Id = None
    from_parent_user_id: Id = None
    to: Id = None
    to_user_id: Id = None
    to_parent_user_id: Id = None
    event: str | None = None
    direction: str | None = None
    status: str | None = None
    timestamp: Instant = None
    start_time: Instant = None


class UserPreference(Struct, gc=False):
    """`value.user_preferences[]`."""

    wa_id: Id = None
    user_id: Id = None
    parent_user_id: Id = None
    category: str | None = None
    value: str | None = None
    timestamp: Instant = None
