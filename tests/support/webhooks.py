"""Corpos de webhook como a Meta os escreve, e maneiras de estragá-los."""

import json

NUMBER = "100200300"
PHONE = "554199990000"
BSUID = "BR.70412290518836604517"
SENT_S = 1_760_000_000

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None
Object = dict[str, Json]


def text(mid: str = "wamid.A", body: str = "Oi", **changes: Json) -> Object:
    """Mensagem de texto; `changes` acrescenta ou troca chaves."""
    message: Object = {
        "from": PHONE,
        "id": mid,
        "timestamp": str(SENT_S),
        "type": "text",
        "text": {"body": body},
    }
    return message | changes


def typed(kind: str, content: Json, **changes: Json) -> Object:
    """Mensagem do tipo `kind` com o seu conteúdo sob a mesma chave."""
    message = text(type=kind) | {kind: content} | changes
    if kind != "text":
        del message["text"]
    return message


def status(wamid: str = "wamid.OURS", word: str = "delivered", **changes: Json) -> Object:
    """Status de uma mensagem nossa."""
    item: Object = {"id": wamid, "status": word, "timestamp": str(SENT_S), "recipient_id": PHONE}
    return item | changes


def value(*messages: Json, **changes: Json) -> Object:
    """Conteúdo do campo `messages` com as mensagens dadas."""
    content: Object = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "554130000000", "phone_number_id": NUMBER},
        "contacts": [{"profile": {"name": "Ana"}, "wa_id": PHONE, "user_id": BSUID}],
    }
    return content | ({"messages": list(messages)} if messages else {}) | changes


def change(content: Json, field: Json = "messages") -> Object:
    """Uma mudança."""
    return {"value": content, "field": field}


def entry(*changes: Json, waba: str = "990") -> Object:
    """As mudanças de uma conta."""
    return {"id": waba, "changes": list(changes)}


def webhook(*entries: Json, **changes: Json) -> Object:
    """O documento inteiro."""
    document: Object = {"object": "whatsapp_business_account", "entry": list(entries)}
    return document | changes


def dump(document: Json) -> bytes:
    """JSON como a Meta o serializa: ASCII."""
    return json.dumps(document, separators=(",", ":")).encode()


def body(*messages: Json, **changes: Json) -> bytes:
    """Corpo com uma só mudança de mensagens; `changes` vão no seu conteúdo."""
    return dump(webhook(entry(change(value(*messages, **changes)))))


def mixed(count: int) -> tuple[bytes, list[str], list[str]]:
    """Corpo com `count` atualizações variadas, e os ids das mensagens e dos status, em ordem."""
    messages, statuses, entries = [], [], []
    for at in range(0, count, 10):
        ours = [f"wamid.M{n}" for n in range(at, min(at + 5, count))]
        theirs = [f"wamid.S{n}" for n in range(at + 5, min(at + 10, count))]
        kinds: list[Object] = [
            text(mid, f"texto {mid}") | {"from": f"5541988{at:06d}"}
            if index % 2 == 0
            else typed("image", {"id": f"media-{mid}", "mime_type": "image/jpeg"}, id=mid)
            for index, mid in enumerate(ours)
        ]
        metadata: Object = {"phone_number_id": str(100 + at % 30)}
        first = change(value(*kinds, metadata=metadata))
        second = change(value(statuses=[status(wamid, "read") for wamid in theirs]))
        entries.append(entry(first, *([second] if theirs else []), waba=str(at)))
        messages += ours
        statuses += theirs
    return dump(webhook(*entries)), messages, statuses
