"""Um webhook de cada espécie que a Meta manda: toda mensagem, todo status, todo campo. Ids inventados.

Cada amostra tem a sua própria pessoa, para que se ache na trilha o que foi dela.
"""

from collections.abc import Mapping
from typing import NamedTuple

from tests.support import webhooks as meta
from tests.support.kinds_contents import CONTENTS, EXTRAS
from tests.support.kinds_fields import NOTICES, WABA
from tests.support.webhooks import NUMBER, SENT_S, Json, Object


class Someone(NamedTuple):
    """Os ids de uma pessoa de amostra."""

    phone: str
    user_id: str
    parent_user_id: str


def someone(n: int) -> Someone:
    """A pessoa `n`."""
    return Someone(f"5541988{n:06d}", f"BR.7{n:019d}", f"BR.ENT.5{n:019d}")


_MOVES: dict[str, Object] = {
    "user_changed_number": {"wa_id": "5541977700001", "user_id": "BR.80001", "previous_user_id": "BR.70001"},
    "user_changed_user_id": {"user_id": "BR.80002", "previous_user_id": "BR.70002"},
    "customer_changed_number": {"customer": "5541977700003", "new_wa_id": "5541977700004"},
    "customer_identity_changed": {},
}
_STATUSES = ("sent", "delivered", "read", "played", "failed")


def _wrap(value: Object, field: str = "messages") -> Object:
    head: Object = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": NUMBER}}
    return meta.webhook({"id": WABA, "changes": [{"field": field, "value": head | value}]})


def _message(name: str, n: int, **changes: Json) -> Object:
    kind, content = CONTENTS.get(name, CONTENTS["text"])
    who = someone(n)
    message: Object = {
        "from": who.phone,
        "from_user_id": who.user_id,
        "id": f"wamid.HBgM{name}",
        "timestamp": str(SENT_S),
        "type": kind,
    }
    return message | ({} if content is None else {kind: content}) | changes


def _contact(n: int) -> Object:
    who = someone(n)
    return {"profile": {"name": "Ana", "username": "@ana"}, "wa_id": who.phone, "user_id": who.user_id}


def _talks() -> dict[str, Object]:
    made: dict[str, Object] = {}
    for n, name in enumerate((*CONTENTS, *EXTRAS)):
        made[name] = _wrap(
            {"contacts": [_contact(n)], "messages": [_message(name, n, **EXTRAS.get(name, {}))]}
        )
    who, lone = someone(80), {"id": "wamid.HBgMhidden", "timestamp": str(SENT_S), "type": "text"}
    hidden: Object = {**lone, "text": {"body": "Oi"}, "from_user_id": who.user_id}
    contact: Object = {"profile": {"name": "Bia", "username": "@bia"}, "user_id": who.user_id}
    made["hidden_phone"] = _wrap({"contacts": [contact], "messages": [hidden]})
    for n, (name, ids) in enumerate(_MOVES.items(), 81):
        system: Object = {"type": name, "body": "alguém mudou de número", **ids}
        moved: Object = {
            "id": f"wamid.HBgM{name}",
            "timestamp": str(SENT_S),
            "type": "system",
            "system": system,
        }
        if name != "user_changed_user_id":
            moved["from"] = someone(n).phone
        made[name] = _wrap({"messages": [moved]})
    return made


def _answers() -> dict[str, Object]:
    """Status e ecos."""
    made: dict[str, Object] = {}
    for n, word in enumerate(_STATUSES, 100):
        item = meta.status(
            f"wamid.HBgMours{n}", word, recipient_id=someone(n).phone, recipient_user_id=someone(n).user_id
        )
        item["pricing"] = {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "service"}
        if word == "failed":
            item["errors"] = [{"code": 131047, "title": "Re-engagement message"}]
        made[f"status_{word}"] = _wrap({"statuses": [item]})
    echoes = {
        "smb_message_echoes": "text",
        "message_echoes": "image",
        "echo_edit": "edit",
        "echo_revoke": "revoke",
    }
    for n, (name, kind) in enumerate(echoes.items(), 110):
        who, sent = someone(n), _message(kind, n, id=f"wamid.HBgM{name}")
        sent |= {"from": "554130000000", "to": who.phone, "to_user_id": who.user_id}
        sent.pop("from_user_id")
        field = name if name in ("smb_message_echoes", "message_echoes") else "smb_message_echoes"
        made[name] = _wrap({"message_echoes": [sent]}, field)
    return made


def _calls() -> dict[str, Object]:
    def call(n: int, **moment: Json) -> Object:
        who = {"from": someone(n).phone, "to": "554130000000", "direction": "USER_INITIATED"}
        return _wrap({"calls": [{**who, "timestamp": str(SENT_S), **moment}]}, "calls")

    rang: Object = {
        "id": "wacid.HBgM3",
        "type": "call",
        "status": "RINGING",
        "timestamp": str(SENT_S),
        "recipient_id": someone(123).phone,
    }
    offer: Object = {"sdp_type": "offer", "sdp": "v=0"}
    return {
        "call_connect": call(121, id="wacid.HBgM1", event="connect", session=offer),
        "call_terminate": call(122, id="wacid.HBgM2", event="terminate", status="COMPLETED", duration=3),
        "call_status": _wrap({"statuses": [rang]}, "calls"),
    }


def _others() -> dict[str, Object]:
    wish: Object = {
        "wa_id": someone(124).phone,
        "user_id": someone(124).user_id,
        "detail": "x",
        "category": "marketing_messages",
        "value": "stop",
        "timestamp": SENT_S,
    }
    return {
        **_answers(),
        "standby": _wrap({"contacts": [_contact(120)], "messages": [_message("standby", 120)]}, "standby"),
        **_calls(),
        "user_preferences": _wrap({"user_preferences": [wish]}, "user_preferences"),
    }


def _unread() -> dict[str, Object]:
    novelty: Object = {
        "from": someone(130).phone,
        "id": "wamid.HBgMnovelty",
        "timestamp": str(SENT_S),
        "type": "hologram",
        "hologram": {"x": 1},
    }
    held = meta.status("wamid.HBgMheld", "held_for_quality_assessment", recipient_id=someone(131).phone)
    return {
        "unknown_type": _wrap({"messages": [novelty]}),
        "unknown_status": _wrap({"statuses": [held]}),
        "unknown_field": _wrap({"x": 1}, "brand_new_field"),
        "value_errors": _wrap({"errors": [{"code": 130429, "title": "Rate limit hit"}]}),
    }


UNREAD: Mapping[str, Object] = _unread()
"""O que não se conhece: guardado na fila de mortos da entrada, com o motivo que é o nome da amostra."""
KINDS: Mapping[str, Object] = {**_talks(), **_others(), **NOTICES, **UNREAD}
"""Nome da espécie → o webhook inteiro. Os avisos têm o nome do campo."""
