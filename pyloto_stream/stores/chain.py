"""Como se prova que ninguém mexeu na trilha? Cada evento leva o resumo do anterior, até `GENESIS`.

`hash` = SHA-256 de: JSON canônico do evento sem `hash` (chaves em ordem, sem espaços, UTF-8), e depois
`prev_hash`. Puro: liga, sem E/S; quem confere é `chain_check.py`. Limite: quem pode reescrever a coleção
inteira e a ponta também pode refazer os resumos; contra isso há a âncora (`anchors.py`).
"""

import hashlib
import json
from collections.abc import Iterable

import msgspec

from pyloto_stream.stores.paths import path
from pyloto_stream.stores.ports import Create, Update, Write
from pyloto_stream.stores.values import Data

GENESIS = "GENESIS"
_PLAIN = frozenset((str, int))
_encode = msgspec.json.Encoder(order="deterministic").encode


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
    """A ponta da cadeia: resumo e número do último evento. `version`: a do seu documento (vazia: não há).

    `void`: os turnos até este número são de quem foi esquecido, e já não se gravam (`fence.py`).
    """

    hash: str = GENESIS
    seq: int = 0
    version: str = ""
    void: int = 0


def digest(event: Data) -> str:
    """Resumo de um evento gravado, em hexadecimal; `hash` não entra, o resto entra todo."""
    content = {name: value for name, value in event.items() if name != "hash"}
    last = f"{content.get('prev_hash', '')}".encode("utf-8", "surrogatepass")
    return hashlib.sha256(_canonical(content) + last).hexdigest()


def _canonical(content: Data) -> bytes:
    """O JSON canônico de um evento. Os textos e inteiros de sempre, o codificador rápido escreve igual."""
    try:
        if _is_plain(content):
            return _encode(content)
    except (UnicodeEncodeError, OverflowError):  # um substituto solto, um inteiro de mais de 64 bits
        return _written(content)
    return _written(content)


def _is_plain(content: Data) -> bool:
    """Não leva número quebrado, que os dois codificadores escrevem diferente, nem o que evento não leva."""
    for value in content.values():
        kind = type(value)
        if kind is str or kind is int:
            continue
        if not isinstance(value, dict) or not {*map(type, value.values())} <= _PLAIN:
            return False
    return True


def _written(content: Data) -> bytes:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "surrogatepass")


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
    return writes, ChainHead(last, seq, void=head.void)
