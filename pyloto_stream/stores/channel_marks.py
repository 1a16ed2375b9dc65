"""O que um aviso da Meta muda no que podemos fazer? Puro: do registro às marcas, e das marcas ao estado.

Promete: só o que a fonte diz que muda o envio vira marca (whatsapp-facts, seção 4); o resto fica na trilha de
auditoria. Um aviso desconhecido, ou sem o que se esperava, não marca nada. Limite: não grava nem lê.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

import msgspec

from pyloto_stream.conversation.records import ChannelRecord
from pyloto_stream.stores.templates import Notice
from pyloto_stream.stores.times import iso

UPGRADED_PER_SECOND = 1000.0
"""Ritmo de um número depois de `THROUGHPUT_UPGRADE` (página "Throughput")."""

BAN, RESTRICTION, TEMPLATES, LINK = "ban", "restriction", "templates", "link"
PACE, LIMIT, FLOW = "pace", "limit", "flow"
"""Aspectos: cada um tem a sua marca mais nova, e uma não apaga a outra."""
_STOPPING = (BAN, LINK, RESTRICTION)
_DOWN = frozenset({"THROTTLED", "BLOCKED", "DEPRECATED"})
_HARMLESS = frozenset({"RESTRICTED_ADD_PHONE_NUMBER_ACTION"})
_BUSINESS_INITIATED = "RESTRICTED_BIZ_INITIATED_MESSAGING"
_BANNED = {"DISABLE": "account_disabled", "REINSTATE": "", "SCHEDULE_FOR_DISABLE": None}
_LIMITS = ("max_daily_conversations_per_business", "max_daily_conversation_per_phone", "current_limit")
"""Pessoas por dia fora da janela: `TIER_2K` nas páginas da Meta, `2000` nos exemplos."""
_WORDS = re.compile(r"[A-Za-z0-9_]+")


class Mark(msgspec.Struct, frozen=True, omit_defaults=True):
    """O que vale de um aspecto desde `at`; `value` vazio é "nada". `until`: até quando, se a Meta disse."""

    at: str
    value: str = ""
    until: str = ""

    def holds(self, now: str) -> bool:
        """Ainda diz alguma coisa em `now`?"""
        return bool(self.value) and (not self.until or now < self.until)


def marks_of(record: ChannelRecord) -> dict[str, Mark]:
    """Marcas que `record` traz sobre o seu próprio assunto, por aspecto."""
    at, event = iso(record.at_ms), record.event.upper()
    match record.field:
        case "account_update":
            return dict(_account(record, event, at))
        case "phone_number_quality_update" | "business_capability_update":
            pace = {PACE: Mark(at, f"{UPGRADED_PER_SECOND:g}")} if event == "THROUGHPUT_UPGRADE" else {}
            limit = text(record.data, *_LIMITS).upper()
            return {**pace, **({LIMIT: Mark(at, limit)} if limit else {})}
        case "flows" if event == "FLOW_STATUS_CHANGE":
            status = text(record.data, "new_status").upper()
            return {FLOW: Mark(at, status if status in _DOWN else "")} if status else {}
        case _:
            return {}


def _account(record: ChannelRecord, event: str, at: str) -> Iterator[tuple[str, Mark]]:
    match event:
        case "ACCOUNT_RESTRICTION":
            yield from _restricted(record.data, at)
        case "DISABLED_UPDATE":
            reason = _BANNED.get(text(record.data, "waba_ban_state", "ban_state").upper())
            if reason is not None:
                yield BAN, Mark(at, reason)
            if reason == "":  # reintegrada: nenhuma restrição anterior continua
                yield from ((aspect, Mark(at)) for aspect in (RESTRICTION, TEMPLATES))
        case "ACCOUNT_DELETED":
            yield BAN, Mark(at, "account_deleted")
        case "ACCOUNT_OFFBOARDED":
            yield LINK, Mark(at, "account_offboarded")
        case "ACCOUNT_RECONNECTED":
            yield LINK, Mark(at)


def _restricted(data: Mapping[str, str | int | float], at: str) -> Iterator[tuple[str, Mark]]:
    """Restrições: a de iniciar conversas só para os modelos; a de cadastrar números não para nada."""
    kinds = set(_WORDS.findall(text(data, "restriction", "restriction_type").upper()))
    until = moment(data.get("expires_at") or data.get("expiration") or 0)
    if _BUSINESS_INITIATED in kinds:
        yield TEMPLATES, Mark(at, "account_restricted_business_initiated", until)
    if not kinds or kinds - _HARMLESS - {_BUSINESS_INITIATED}:
        yield RESTRICTION, Mark(at, "account_restricted", until)


def stopped(marks: Mapping[str, Mark], now: str) -> str:
    """Por que nada pode sair; vazio se pode. Um banimento vem antes de uma restrição."""
    return next((marks[each].value for each in _STOPPING if each in marks and marks[each].holds(now)), "")


def held(marks: Mapping[str, Mark], aspect: str, now: str) -> str:
    """O que vale de `aspect` em `now`; vazio se nada."""
    mark = marks.get(aspect)
    return mark.value if mark is not None and mark.holds(now) else ""


def newest(old: Mapping[str, Mark], new: Mapping[str, Mark]) -> dict[str, Mark]:
    """Por aspecto, a marca que não é mais velha; entre iguais no tempo vale a que chegou depois."""
    return {**old, **{aspect: mark for aspect, mark in new.items()
                      if aspect not in old or mark.at >= old[aspect].at}}  # fmt: skip


def template_notice(record: ChannelRecord) -> Notice | None:
    """O que `record` diz de um modelo, ou `None`."""
    kind, _, template_id = record.subject.partition(":")
    if kind != "template" or not template_id:
        return None
    about = Notice(
        template_id,
        iso(record.at_ms),
        account_id=record.account_id,
        name=text(record.data, "name", "message_template_name"),
        language=text(record.data, "language", "message_template_language"),
    )
    match record.field:
        case "message_template_status_update":
            return _status(about, record)
        case "message_template_quality_update":
            score = text(record.data, "new_quality_score").upper()
            return msgspec.structs.replace(about, quality=score) if score else None
        case "message_template_components_update":
            return msgspec.structs.replace(about, stale=True)
        case "template_category_update" if "previous_category" in record.data:
            return msgspec.structs.replace(about, stale=True)
        case _:
            return None


_STATUS = {
    "REINSTATED": "APPROVED",  # o evento não tem o nome da situação que deixa
    **{each: each for each in (
        "APPROVED", "REJECTED", "PENDING", "PAUSED", "DISABLED", "IN_APPEAL", "ARCHIVED", "DELETED",
        "PENDING_DELETION", "LIMIT_EXCEEDED", "LOCKED",
    )},
}  # fmt: skip
"""Evento → situação que ele deixa."""


def _status(about: Notice, record: ChannelRecord) -> Notice:
    """Um evento que não diz a situação (`FLAGGED`, ou um novo) manda lê-la da Meta."""
    status = _STATUS.get(record.event.upper())
    if status is None:
        return msgspec.structs.replace(about, stale=True)
    reason = text(record.data, "reason")
    reason = "" if reason.upper() in {"NONE", "NULL"} else reason
    return msgspec.structs.replace(about, status=status, rejected_reason=reason)


def text(data: Mapping[str, str | int | float], *names: str) -> str:
    """O primeiro de `names` que há em `data`, como texto."""
    return next((str(data[name]).strip() for name in names if name in data), "")


def moment(value: str | float) -> str:
    """Um prazo da Meta (segundos desde a época, em número ou texto, ou ISO 8601) em ISO; vazio se não é."""
    try:
        if isinstance(value, str) and not value.replace(".", "", 1).isdecimal():
            found = datetime.fromisoformat(value)
            return iso(int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp() * 1000))
        return iso(int(float(value) * 1000)) if float(value) > 0 else ""
    except (ValueError, OverflowError):
        return ""
