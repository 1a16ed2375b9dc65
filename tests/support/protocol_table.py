"""A tabela do protocolo em `docs/whatsapp.md`: cada célula é o que o código fez agora com uma amostra."""

from collections.abc import Mapping

import msgspec

from consumers.drafts import to_message
from ingress.events import channel
from ingress.intake import kinds_of, offers_of
from ingress.people import Keys, Place
from pyloto_stream.conversation.events import Event
from pyloto_stream.conversation.reply import Choice, Reply
from pyloto_stream.conversation.rules import SessionRules
from pyloto_stream.conversation.sessions import SessionManager
from pyloto_stream.conversation.state import ConversationState
from pyloto_stream.simulator.rules import Send, judge
from pyloto_stream.stores.channel_marks import marks_of, template_notice
from pyloto_stream.streams.model import Item, Unreadable
from pyloto_stream.whatsapp.messages import FlowMessage, Message, TemplateMessage
from pyloto_stream.whatsapp.payloads import build
from pyloto_stream.whatsapp.validators import WhatsAppMessageValidator
from pyloto_stream.whatsapp.webhook import Batch, read
from tests.contract.pywa_peer import PYWA
from tests.support import webhooks as meta
from tests.support.kinds import KINDS
from tests.support.outbound_kinds import OUTBOUND

NOW_MS = 1_760_000_100_000
YES = "yes"
_event = msgspec.json.Decoder(Event)
_validator = WhatsAppMessageValidator()
_FORM = FlowMessage("Preencha", "123", "Abrir", token="t", action="data_exchange")


def shape(field: str, value: Mapping[str, object]) -> str:
    """A espécie do que há num `value`: campo, tipo e o que o distingue."""
    for name in ("messages", "statuses", "message_echoes", "calls", "user_preferences"):
        items = value.get(name)
        if isinstance(items, list) and items and isinstance(items[0], dict):
            if name == "message_echoes" and items[0].get("type") not in ("edit", "revoke"):
                return f"{field}/{name}"
            return "/".join([field, name, *_details(items[0])])
    return field


def _details(item: Mapping[str, object]) -> list[str]:
    kind = str(item.get("type") or item.get("status") or item.get("event") or "")
    content = item.get(kind)
    details = [kind]
    if isinstance(content, dict):
        details += [str(content[key]) for key in ("type", "voice") if key in content and kind != "contacts"]
        details += ["removed"] if kind == "reaction" and not content.get("emoji") else []
    if isinstance(content, list) and any(isinstance(c, dict) and c.get("origin") for c in content):
        details += [
            str(c.get("origin")) for c in content if isinstance(c, dict) and c.get("origin") != "other"
        ]
    context = item.get("context")
    if isinstance(context, dict) and kind not in ("interactive", "button"):
        details += [key for key in ("forwarded", "referred_product", "id") if key in context][:1]
    return [*details, *(key for key in ("referral", "group_id") if key in item)]


def inbound_rows(simulated: frozenset[str]) -> list[tuple[str, ...]]:
    """Uma linha por amostra de `KINDS`; `simulated`: as formas que a Meta local sabe produzir."""
    return [(f"`{name}`", *_inbound(meta.dump(document), simulated)) for name, document in KINDS.items()]


def _inbound(body: bytes, simulated: frozenset[str]) -> tuple[str, ...]:
    batch = read(body)
    people = [part.person for part in batch.messages] + [part.person for part in batch.echoes]
    people += [part.person for part in batch.statuses] + [part.person for part in batch.calls]
    people += [part.person for part in batch.preferences]
    offer, *_ = offers_of(batch, Keys(b"p" * 32, dict.fromkeys(people, Place("k" * 43))), NOW_MS, "c")
    kind, *_ = kinds_of(batch)
    ((field, value),) = _changes(body)
    made = YES if shape(field, value) in simulated else "–"
    if isinstance(offer, Unreadable):
        return f"kept: `{offer.reason}`", "–", "dead letter of the ingress", made, YES
    parsed = YES if not batch.unreadable else f"kept too: `{batch.unreadable[0].reason}`"
    if isinstance(offer, Item) and offer.lane == "turn":
        event = _event.decode(offer.event)
        name = type(event).__name__ + (f" `{getattr(event, 'kind', '')}`" if hasattr(event, "kind") else "")
        return parsed, name, "takes over: `HUMAN`" if offer.mode else _treated(event), made, YES
    return parsed, *_recorded(kind, batch), made, YES


def _treated(event: Event) -> str:
    step = SessionManager(SessionRules()).open_turn(
        ConversationState(), [event], mode="BOT", turn_id="1", now_ms=NOW_MS
    )
    told = []
    if step.answer:
        told.append("answered")
    if step.reply:
        told.append("one line")
    if step.wanted:
        told.append("stored")
    return ", ".join(told) or "recorded"


def _recorded(kind: str, batch: Batch) -> tuple[str, str]:
    if kind == "call":
        return "CallReceived", "recorded"
    if kind != "notice":
        return "StatusRecord", "settles the send, recorded"
    record = channel(batch.notices[0], batch.notices[0].key, NOW_MS)
    forced = bool(marks_of(record)) or template_notice(record) is not None
    return "ChannelRecord", "put in force, recorded" if forced else "recorded"


def _changes(body: bytes) -> list[tuple[str, meta.Object]]:
    document = msgspec.json.decode(body)
    return [(change["field"], change["value"]) for entry in document["entry"] for change in entry["changes"]]


def outbound_rows() -> list[tuple[str, ...]]:
    """Uma linha por amostra de `OUTBOUND`."""
    return [(f"`{name}`", *_outbound(name, message)) for name, message in OUTBOUND.items()]


def _outbound(name: str, message: Message) -> tuple[str, ...]:
    valid = "–" if _validator.validate(message) else YES
    judged = judge(msgspec.json.decode(build(message, to="5511900000001", reply_id="v1.0.0.0")))
    return (
        f"`{type(message).__name__}`",
        valid,
        YES if isinstance(judged, Send) else "–",
        YES if type(message) in _PRODUCT and not _adorned(message) else "–",
        YES if name in PYWA else "–",
    )


def _adorned(message: Message) -> bool:
    """Tem partes que o produto não usa: parâmetros de modelo, arquivo no cabeçalho, tela inicial."""
    header = getattr(message, "header", "")
    return not isinstance(header, str) or any(
        getattr(message, name, None) for name in ("components", "screen")
    )


_BUTTON = (Choice("a", "A"),)
_REPLIES = (
    Reply("text", "Olá"),
    Reply("buttons", "Olá", _BUTTON),
    Reply("list", "Olá", _BUTTON, "Ver"),
    Reply("flow", "Olá", button="Abrir", form="driver_signup"),
)
_PRODUCT = {type(to_message(reply, lambda _reply: _FORM)) for reply in _REPLIES} | {TemplateMessage}
"""O que o produto envia: cada espécie de resposta, e o modelo fora da janela."""
