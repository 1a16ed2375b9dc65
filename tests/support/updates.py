"""Mil atualizações de todos os tipos, que se deixam agrupar em corpos de qualquer maneira."""

import itertools
import random
from collections.abc import Iterable, Sequence

import msgspec

from pyloto_stream.whatsapp.webhook_updates import STATUSES
from tests.support import webhooks as meta
from tests.support.webhooks import Json, Object

_MEDIA: Object = {"id": "media", "mime_type": "a/b", "sha256": "s", "caption": "olha 😀"}
_TAP: Object = {"id": "intent:saas", "title": "SaaS"}
KINDS: dict[str, Json] = {
    "text": {"body": "Olá, tudo bem? 👋\n\u2028fim"},
    "image": _MEDIA,
    "video": _MEDIA,
    "audio": {"id": "voz", "voice": True},
    "document": {**_MEDIA, "filename": "cotação.pdf"},
    "sticker": {"id": "fig", "animated": False},
    "location": {"latitude": -25.1, "longitude": -50, "name": "n", "address": "a"},
    "contacts": [{"name": {"formatted_name": "Bia"}}],
    "reaction": {"message_id": "wamid.CITED", "emoji": "👍"},
    "interactive": {"type": "list_reply", "list_reply": _TAP},
    "button": {"payload": "p", "text": "t"},
    "order": {"text": "2 caixas", "product_items": []},
    "system": {"type": "customer_identity_changed", "body": "x"},
    "edit": {"original_message_id": "wamid.CITED", "message": {"text": {"body": "novo"}}},
    "revoke": {"original_message_id": "wamid.CITED"},
    "unsupported": {"type": "poll"},
}
"""Conteúdo sob a chave com o nome do tipo, para todo tipo que se lê."""
NUMBERS = ("100200300", "100200301", "100200302")
PEOPLE = 60


class Update(msgspec.Struct, frozen=True):
    """Uma atualização e o que deve restar dela: mensagem, `(wamid, status)`, motivo na fila de mortos."""

    place: str
    raw: Object
    number: str
    message: str = ""
    status: tuple[str, str] | None = None
    reason: str = ""


def thousand(reply_ids: Sequence[str] = ()) -> list[Update]:
    """Mil, distintas: 550 mensagens, 350 status e 100 partes que não se leem. `reply_ids`: envios nossos."""
    made = [_message(n) for n in range(500)] + [_unknown_message(n) for n in range(50)]
    made += [_status(n, reply_ids) for n in range(330)] + [_unknown_status(n) for n in range(20)]
    return made + [_unreadable(n) for n in range(100)]


def _sender(n: int) -> str:
    return f"55419888{n % PEOPLE:05d}"


def _message(n: int) -> Update:
    kind = list(KINDS)[n % len(KINDS)]
    raw = meta.typed(kind, KINDS[kind], id=f"wamid.M{n}") | {"from": _sender(n)}
    return Update("messages", raw, NUMBERS[n % 3], message=f"wamid.M{n}")


def _unknown_message(n: int) -> Update:
    raw = meta.typed(f"novelty{n % 7}", {"x": n}, id=f"wamid.U{n}") | {"from": _sender(n)}
    return Update("messages", raw, NUMBERS[n % 3], message=f"wamid.U{n}", reason="unknown_type")


def _status(n: int, reply_ids: Sequence[str]) -> Update:
    word, wamid = sorted(STATUSES)[n % 5], f"wamid.S{n // 5}"
    raw = meta.status(wamid, word, recipient_id=_sender(n))
    if n < len(reply_ids):
        raw |= {"biz_opaque_callback_data": reply_ids[n]}
    return Update("statuses", raw, NUMBERS[n % 3], status=(wamid, word))


def _unknown_status(n: int) -> Update:
    raw = meta.status(f"wamid.N{n}", "held_for_quality_assessment", recipient_id=_sender(n))
    return Update(
        "statuses", raw, NUMBERS[n % 3], status=(f"wamid.N{n}", str(raw["status"])), reason="unknown_status"
    )


def _unreadable(n: int) -> Update:
    number = NUMBERS[n % 3]
    match n % 5:
        case 0:
            return Update("messages", meta.text(body=str(n), id=None), number, reason="missing_id")
        case 1:
            return Update("messages", meta.text(f"wamid.B{n}", text=None), number, reason="wrong_shape")
        case 2:
            return Update(
                "statuses", meta.status(f"wamid.B{n}", status=None), number, reason="missing_status"
            )
        case 3:
            return Update("changes", meta.change({"n": n}, "novelty"), number, reason="unknown_field")
    return Update("changes", meta.change({"n": n}, "account_update"), number, reason="missing_event")


def one_body(updates: Iterable[Update]) -> bytes:
    """As atualizações num corpo: vizinhas do mesmo lugar e número dividem uma mudança; a entrada é uma."""
    changes: list[Json] = []
    for (place, number), group in itertools.groupby(
        updates, key=lambda update: (update.place, update.number)
    ):
        raws = [update.raw for update in group]
        changes += raws if place == "changes" else [meta.change(_value(place, number, raws))]
    return meta.dump(meta.webhook(meta.entry(*changes)))


def _value(place: str, number: str, raws: Sequence[Object]) -> Object:
    content: Object = {
        "messaging_product": "whatsapp",
        "metadata": {"phone_number_id": number},
        place: [*raws],
    }
    senders = dict.fromkeys(str(raw["from"]) for raw in raws if "from" in raw)
    if senders:
        content["contacts"] = [{"profile": {"name": "Ana"}, "wa_id": sender} for sender in senders]
    return content


def other_bodies(updates: Sequence[Update], seed: int) -> list[bytes]:
    """As mesmas atualizações, noutra ordem e em corpos de outros tamanhos."""
    draw = random.Random(seed)
    shuffled = draw.sample(updates, len(updates))
    bodies: list[bytes] = []
    while shuffled:
        size = draw.randint(1, 120)
        bodies.append(one_body(shuffled[:size]))
        shuffled = shuffled[size:]
    return bodies
