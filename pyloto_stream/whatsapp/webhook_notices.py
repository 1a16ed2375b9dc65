"""O que a Meta diz da conta, de um número, de um modelo ou de um formulário? Um valor pequeno por aviso.

Promete: só enumerações, ids e números (ver `webhook_notice_structs.py`); o aviso repetido tem a mesma chave,
qualquer que seja a ordem das chaves dele. O corpo não é guardado. Um aviso de qualidade de modelo é
reconhecido pela forma, ainda que venha com outro nome de campo, como num exemplo da própria Meta.
"""

import re
from collections.abc import Iterator
from hashlib import blake2b

import msgspec

from pyloto_stream.whatsapp import webhook_notice_structs as wire
from pyloto_stream.whatsapp.identity import usable_id
from pyloto_stream.whatsapp.webhook_notice_structs import Loose

Data = dict[str, str | int | float]
MAX_TEXT = 256
_PLAIN = re.compile(r"[A-Za-z0-9_.,:/ +()-]{1,128}", re.ASCII)
"""O que uma enumeração, um id, uma data ou um nome de modelo podem ter."""
QUALITY = "message_template_quality_update"
UNSPECIFIED = "UPDATED"


class Notice(msgspec.Struct, frozen=True):
    """Um aviso. `subject`: de quê (`template:123`, `flow:123`, `number:100…`, `account:200…`).

    `key`: a mesma em todo reenvio. `at_ms`: milissegundos Unix; 0 se desconhecido.
    """

    field: str
    event: str
    subject: str
    account_id: str
    at_ms: int
    key: str
    data: Data = {}


class _Rule(msgspec.Struct, frozen=True):
    """Como se lê um campo: a forma, onde está o que houve e de que ele fala."""

    shape: type[msgspec.Struct]
    event: str = ""
    subject: str = "account"
    subject_id: str = ""


_RULES = {
    "message_template_status_update": _Rule(wire.TemplateStatus, "event", "template", "message_template_id"),
    QUALITY: _Rule(wire.TemplateQuality, "new_quality_score", "template", "message_template_id"),
    "message_template_components_update": _Rule(
        wire.TemplateComponents, "", "template", "message_template_id"
    ),
    "template_category_update": _Rule(wire.TemplateCategory, "", "template", "message_template_id"),
    "phone_number_quality_update": _Rule(wire.NumberQuality, "event", "number", "phone_number_id"),
    "phone_number_name_update": _Rule(wire.NumberDecision, "decision", "number", "phone_number_id"),
    "business_username_update": _Rule(wire.NumberStatus, "status", "number", "phone_number_id"),
    "security": _Rule(wire.NumberSecurity, "event", "number", "phone_number_id"),
    "business_capability_update": _Rule(wire.Capability),
    "account_update": _Rule(wire.AccountUpdate, "event"),
    "account_review_update": _Rule(wire.NumberDecision, "decision"),
    "account_alerts": _Rule(wire.AccountAlert, "alert_type"),
    "flows": _Rule(wire.FlowHealth, "event", "flow", "flow_id"),
}
RECORDED = frozenset((
    "account_settings_update", "automatic_events", "group_lifecycle_update", "group_participants_update",
    "group_settings_update", "group_status_update", "history", "messaging_handovers", "partner_solutions",
    "payment_configuration_update", "smb_app_state_sync", "tracking",
))  # fmt: skip
"""Campos de que só se anota a chegada: o que trazem é de terceiros, ou não muda nada aqui."""
FIELDS = frozenset(_RULES) | RECORDED
_RECORDED_RULE = _Rule(wire.Recorded)


class _Probe(msgspec.Struct):
    message_template_id: Loose = None
    new_quality_score: Loose = None


_probe = msgspec.json.Decoder(_Probe)
_any = msgspec.json.Decoder()
_sorted = msgspec.json.Encoder(order="sorted").encode
_decoders = {rule.shape: msgspec.json.Decoder(rule.shape) for rule in (*_RULES.values(), _RECORDED_RULE)}


def field_of(field: str, value: msgspec.Raw) -> str:
    """O campo de que este valor é de verdade; vazio se não é de nenhum conhecido."""
    if field in RECORDED:
        return field
    try:
        probe = _probe.decode(value)
    except (ValueError, RecursionError):
        return field if field in FIELDS else ""
    if probe.new_quality_score is not None and probe.message_template_id is not None:
        return QUALITY
    return field if field in FIELDS else ""


def notice_of(field: str, value: msgspec.Raw, account_id: str, time: str, at_ms: int) -> Notice | None:
    """O aviso de um valor do campo `field` (um dos `FIELDS`); `None` se lhe falta o que houve, ou de quê.

    `time` é `entry.time` como veio. De um dos `RECORDED`, qualquer valor serve: o corpo não se guarda nunca.

    Raises:
        ValueError: a forma é outra, ou não é UTF-8.
        RecursionError: fundo demais.
    """
    rule = _RULES.get(field, _RECORDED_RULE)
    try:
        data = dict(_flat(_decoders[rule.shape].decode(value)))
    except (ValueError, RecursionError):
        if field not in RECORDED:
            raise
        data = {}
    number = "".join(filter(str.isdigit, str(data.pop("display_phone_number", ""))))
    if number:
        data["number_ending"] = number[-4:]
    event = str(data.pop(rule.event, "")) if rule.event else str(data.pop("event", "")) or UNSPECIFIED
    about = usable_id(str(data.pop(rule.subject_id, ""))) if rule.subject_id else account_id
    if field == QUALITY:
        data["new_quality_score"] = event
    if not event or (not about and rule.subject not in ("account", "number")):
        return None
    subject = f"{rule.subject}:{about}" if about else f"account:{account_id}"
    return Notice(field, event, subject, account_id, at_ms, _key(field, account_id, time, value), data)


def _flat(value: msgspec.Struct) -> Iterator[tuple[str, str | int | float]]:
    """As folhas que se guardam; de uma lista de valores, as palavras, juntas; das outras, o tamanho."""
    for name in value.__struct_fields__:
        leaf: object = getattr(value, name)
        if isinstance(leaf, msgspec.Struct):
            yield from _flat(leaf)
        elif isinstance(leaf, list):
            yield from _listed(name, leaf)
        elif isinstance(leaf, str):
            if _PLAIN.fullmatch(leaf):
                yield name, leaf
        elif isinstance(leaf, int | float):
            yield name, int(leaf) if isinstance(leaf, bool) else leaf


def _listed(name: str, items: list[object]) -> Iterator[tuple[str, str | int | float]]:
    inner: dict[str, list[str | int | float]] = {}
    for item in items:
        if isinstance(item, msgspec.Struct):
            for key, leaf in _flat(item):
                inner.setdefault(key, []).append(leaf)
    yield name, len(items)
    for key, leaves in inner.items():
        numbers = [leaf for leaf in leaves if not isinstance(leaf, str)]
        yield key, max(numbers) if len(numbers) == len(leaves) else ",".join(map(str, leaves))[:MAX_TEXT]


def _key(field: str, account_id: str, time: str, value: msgspec.Raw) -> str:
    try:
        canonical = _sorted(_any.decode(value))
    except (ValueError, RecursionError):
        canonical = bytes(value)
    return f"notice\0{field}\0{account_id}\0{time}\0{blake2b(canonical, digest_size=16).hexdigest()}"
