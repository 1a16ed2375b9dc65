"""O que das palavras de alguém fica guardado? Tudo, menos documentos, contatos, cartões, chaves e placas.

Todo registro passa por aqui a caminho do histórico, venha de uma mensagem recebida, de um eco, de uma
resposta nossa ou do que se ouviu num áudio. Limite: a entrega a uma pessoa (`HandoffRecord`) sai como está,
porque os fatos já nascem sem nada disto (`ai/discretion.py`); um número partido entre dois turnos fica. Pura.
"""

import re
from collections.abc import Sequence
from typing import TypeGuard

import msgspec

from pyloto_stream.ai.masking import redact, redact_all
from pyloto_stream.conversation.person import ProfileRecord
from pyloto_stream.conversation.records import (
    CUT_MARK,
    OPERATOR,
    ActionRecord,
    MessageRecord,
    Record,
    SessionRecord,
    TranscriptRecord,
)

_HALF = re.compile(r"[^\s@]*@?[0-9][0-9\s.,/()+-]*\Z|\S*@\S*\Z")
"""O fim de um texto cortado que pode ser metade de um número ou de um e-mail."""
_LONGEST_HALF = 64


def storable_all(records: Sequence[Record]) -> list[Record]:
    """Os registros de um turno como se guardam; as mensagens que a pessoa escreveu nele, lidas juntas."""
    typed = [record.text for record in records if _typed(record)]
    if not typed:
        return list(map(storable, records))
    texts = iter(redact_all(typed))
    return [
        storable(msgspec.structs.replace(record, text=next(texts)) if _typed(record) else record)
        for record in records
    ]


def _typed(record: Record) -> TypeGuard[MessageRecord]:
    return isinstance(record, MessageRecord) and record.direction == "in" and record.type == "text"


def storable(record: Record) -> Record:
    """O registro como se guarda."""
    match record:
        case MessageRecord() | TranscriptRecord() if record.text:
            return msgspec.structs.replace(record, text=kept(record.text))
        case SessionRecord():
            facts = {name: kept(value) for name, value in record.facts.items()}
            return msgspec.structs.replace(record, facts=facts, summary=kept(record.summary))
        case ProfileRecord():
            return msgspec.structs.replace(
                record, facts={n: kept(value) for n, value in record.facts.items()}
            )
        case ActionRecord() if record.actor.startswith(OPERATOR):
            return msgspec.structs.replace(record, reason=kept(record.reason))
        case _:
            return record


def kept(text: str) -> str:
    """O texto sem dados pessoais; de um texto já cortado sai também o que o corte deixou pela metade."""
    if not text.endswith(CUT_MARK):
        return redact(text)
    body = text.removesuffix(CUT_MARK)
    start = max(0, len(body) - _LONGEST_HALF)
    return redact(body[:start] + _HALF.sub("", body[start:])) + CUT_MARK
