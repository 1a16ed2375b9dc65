"""Que JSON a Meta põe num webhook? Os documentos de mensagem e de status, e os bytes exatos.

Formas conferidas nas páginas "Messages webhook reference" e "Status messages webhook reference" (2026).
"""

import json
from collections.abc import Mapping, Sequence

import msgspec

Json = dict[str, object]


class Number(msgspec.Struct, frozen=True):
    """O número da empresa que recebe e envia."""

    waba_id: str
    phone_number_id: str
    display_phone_number: str

    def value(self, **content: object) -> Json:
        """O `value` de uma mudança do campo `messages`."""
        metadata = {
            "display_phone_number": self.display_phone_number,
            "phone_number_id": self.phone_number_id,
        }
        return {"messaging_product": "whatsapp", "metadata": metadata, **content}

    def webhook(self, values: Sequence[Json]) -> bytes:
        """O corpo de um POST com uma ou mais mudanças."""
        changes = [{"value": value, "field": "messages"} for value in values]
        entry = {"id": self.waba_id, "changes": changes}
        return meta_json({"object": "whatsapp_business_account", "entry": [entry]})


def meta_json(document: Mapping[str, object]) -> bytes:
    r"""Serializa como a Meta: só ASCII (`\u00e9`) e barras escapadas (`\/`)."""
    text = json.dumps(document, ensure_ascii=True, separators=(",", ":"))
    return text.replace("/", "\\/").encode("ascii")  # em JSON, "/" só existe dentro de textos


def status(
    name: str, wamid: str, timestamp: str, *, wa_id: str = "", user_id: str = "", reply_id: str = ""
) -> Json:
    """Um status. `failed` de envio a telefone vem sem id de escopo; preço, em `sent` e `delivered`."""
    item: Json = {"id": wamid, "status": name, "timestamp": timestamp}
    if wa_id:
        item["recipient_id"] = wa_id
    if user_id and not (name == "failed" and wa_id):
        item["recipient_user_id"] = user_id
    if reply_id:
        item["biz_opaque_callback_data"] = reply_id
    if name in ("sent", "delivered"):
        kind = "free_customer_service"
        item["pricing"] = {"billable": False, "pricing_model": "PMP", "type": kind, "category": "service"}
    if name == "failed":
        title = "Message undeliverable"
        error = {"code": 131026, "title": title, "message": title, "error_data": {"details": f"{title}."}}
        item["errors"] = [error]
    return item
