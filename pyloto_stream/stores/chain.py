"""Como se prova que ninguém mexeu na trilha? Cada evento leva o resumo do anterior, até `GENESIS`.

`hash` = SHA-256 de: JSON canônico do evento sem `hash` (chaves em ordem, sem espaços, UTF-8), e depois
`prev_hash`. Puro: liga e confere, sem E/S. Limite: quem pode reescrever a coleção inteira e a ponta também
pode refazer os resumos; contra isso, guarde a ponta noutro lugar (a exportação a leva).
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from pyloto_stream.stores.paths import path, segment
from pyloto_stream.stores.ports import Create, Document, Update, Write
from pyloto_stream.stores.values import JSON, Data

GENESIS = "GENESIS"

Break = Literal["", "changed", "missing_before", "missing_end", "unlinked", "head"]


class AuditEvent(msgspec.Struct, frozen=True):
    """Um fato a registrar. `timestamp` em ISO 8601; `data` só leva enumerações, números e ids opacos."""

    event_id: str
    timestamp: str
    actor: str
    action: str
    reason: str = ""
    correlation_id: str = ""
    data: dict[str, str | int | float] = {}


class ChainHead(msgspec.Struct, frozen=True):
    """A ponta da cadeia: resumo e número do último evento. `version`: a do seu documento (vazia: não há)."""

    hash: str = GENESIS
    seq: int = 0
    version: str = ""


class Verdict(msgspec.Struct, frozen=True):
    """A conferência. `events`: quantos estão íntegros desde o início; `broken`: o primeiro que não está.

    `why`: `changed` o evento foi alterado; `missing_before` falta o que vinha antes dele; `missing_end`
    faltam eventos depois dos `events` primeiros (`broken` é o último que a ponta conhece); `unlinked` não
    pertence à cadeia; `head` o documento da ponta falta ou não confere.
    """

    events: int
    broken: str = ""
    why: Break = ""

    @property
    def intact(self) -> bool:
        """A cadeia está inteira."""
        return not self.why


def digest(event: Data) -> str:
    """Resumo de um evento gravado, em hexadecimal; `hash` não entra, o resto entra todo."""
    content = {name: value for name, value in event.items() if name != "hash"}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(
        f"{text}{content.get('prev_hash', '')}".encode("utf-8", "surrogatepass")
    ).hexdigest()


def event_path(user_key: str, event_id: str) -> str:
    """Onde fica um evento."""
    return path("conversations", user_key, "audit", event_id)


def head_path(user_key: str) -> str:
    """Onde fica a ponta da cadeia de uma conversa."""
    return path("conversations", user_key, "chain", "head")


def link(user_key: str, head: ChainHead, events: Iterable[AuditEvent]) -> tuple[list[Write], ChainHead]:
    """Gravações que põem `events` depois de `head`, a da ponta por último, e a ponta nova (ainda sem versão).

    A ponta só se grava se ninguém a moveu (`Update` com versão, ou `Create`): duas continuações nunca cabem.
    """
    writes: list[Write] = []
    last, seq = head.hash, head.seq
    state: Data = {}
    for event in events:
        seq += 1
        document: Data = {**msgspec.to_builtins(event), "seq": seq, "prev_hash": last}
        last = digest(document)
        writes.append(Create(event_path(user_key, event.event_id), {**document, "hash": last}))
        state = {"hash": last, "seq": seq, "event_id": event.event_id, "updated_at": event.timestamp}
    if writes:
        at = head_path(user_key)
        writes.append(Update(at, state, head.version) if head.version else Create(at, state))
    return writes, ChainHead(last, seq)


def verify(documents: Sequence[Document], head: Data | None) -> Verdict:
    """Segue os elos desde o início e diz o primeiro evento que não confere.

    A ponta pode trazer `start_hash`: o `prev_hash` do evento mais antigo que a retenção deixou.
    """
    if head is None:
        return Verdict(0, _name(documents[0]), "head") if documents else Verdict(0)
    waiting: dict[str, list[Document]] = {}
    for document in documents:
        waiting.setdefault(str(document.data.get("prev_hash")), []).append(document)
    continued = {str(head.get("hash")), *waiting}
    last, seq, count = str(head.get("start_hash", GENESIS)), _number(head.get("start_seq", 0)), 0
    while last != head.get("hash") and (nexts := waiting.get(last)):  # além da ponta nada pertence à cadeia
        # de dois que dizem vir depois do mesmo, segue o íntegro que continua; o outro sobra
        if len(nexts) > 1:
            nexts.sort(key=lambda d: (not _sound(d), str(d.data.get("hash")) not in continued))
        document, seq = nexts.pop(0), seq + 1
        if not _sound(document) or document.data.get("seq") != seq:
            return Verdict(count, _name(document), "changed")
        last, count = str(document.data["hash"]), count + 1
    strays = sorted((d for rest in waiting.values() for d in rest), key=_place)
    if last != head.get("hash"):
        if strays:
            return Verdict(count, _name(strays[0]), "missing_before" if _sound(strays[0]) else "changed")
        return Verdict(count, str(head.get("event_id", "")), "missing_end")
    if strays:
        return Verdict(count, _name(strays[0]), "unlinked")
    return Verdict(count) if seq == head.get("seq") else Verdict(count, str(head.get("event_id", "")), "head")


def _sound(document: Document) -> bool:
    """O evento não mudou desde que foi gravado, e está no lugar que o seu id manda."""
    data = document.data
    return digest(data) == data.get("hash") and segment(str(data.get("event_id") or "?")) == document.id


def _name(document: Document) -> str:
    """O id do evento; se foi trocado, o nome do documento."""
    event_id = str(document.data.get("event_id") or "?")
    return event_id if segment(event_id) == document.id else document.id


def _number(value: JSON) -> int:
    return value if isinstance(value, int) else 0


def _place(document: Document) -> tuple[float, str]:
    seq = document.data.get("seq")
    return (seq if isinstance(seq, int) else float("inf"), document.id)
