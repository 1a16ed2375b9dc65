"""Que JSON a Meta põe num webhook? Os documentos de mensagem e de status, e os bytes exatos.

Formas conferidas nas páginas "Messages webhook reference" e "Status messages webhook reference" (2026).
"""

import json
from collections.abc import Mapping, Sequence

import msgspec

Json = dict[str, object]


class Change(msgspec.Struct, frozen=True):
    """Um item de `changes[]`. `time_s` é a hora do aviso, que a Meta põe nos campos de conta; 0: não põe."""

    value: Json
    field: str = "messages"
    time_s: int = 0

    @property
    def of_messages(self) -> bool:
        """É tráfego de conversa? Só ele segue um endereço de webhook próprio da conta."""
        return not self.time_s


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

    def webhook(self, changes: Sequence[Change]) -> bytes:
        """O corpo de um POST com uma ou mais mudanças."""
        talk = [_told(change) for change in changes if change.of_messages]
        entries: list[Json] = [{"id": self.waba_id, "changes": talk}] if talk else []
        entries += [
            {"id": self.waba_id, "time": change.time_s, "changes": [_told(change)]}
            for change in changes
            if not change.of_messages
        ]
        return meta_json({"object": "whatsapp_business_account", "entry": entries})


def _told(change: Change) -> Json:
    return {"value": change.value, "field": change.field}


def meta_json(document: Mapping[str, object]) -> bytes:
    r"""Serializa como a Meta: só ASCII (`\u00e9`) e barras escapadas (`\/`)."""
    text = json.dumps(document, ensure_ascii=True, separators=(",", ":"))
    return text.replace("/", "\\/").encode("ascii")  # em JSON, "/" só existe dentro de textos


def status(name: str, wamid: str, timestamp: str, *, recipient: Json, reply_id: str, failure: Json) -> Json:
    """Um status. `recipient` são os ids de quem recebe; `failure`, o erro de um `failed`.

    `failed` de envio a telefone vem sem id de escopo; preço, em `sent` e `delivered`.
    """
    item: Json = {"id": wamid, "status": name, "timestamp": timestamp, **recipient}
    if name == "failed":
        item["errors"] = [failure]
        if "recipient_id" in item:
            item.pop("recipient_user_id", None)
            item.pop("recipient_parent_user_id", None)
    if reply_id:
        item["biz_opaque_callback_data"] = reply_id
    if name in ("sent", "delivered"):
        kind = "free_customer_service"
        item["pricing"] = {"billable": False, "pricing_model": "PMP", "type": kind, "category": "service"}
    return item
