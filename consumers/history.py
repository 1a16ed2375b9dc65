"""O que das palavras de alguém fica guardado? Tudo, menos documentos, contatos, cartões, chaves e placas.

Todo registro passa por aqui a caminho do histórico, venha de uma mensagem recebida, de um eco, de uma
resposta nossa ou do que se ouviu num áudio. Limite: a entrega a uma pessoa (`HandoffRecord`) leva o que foi
dito, porque é para quem vai continuar a conversa. Pura.
"""

import re

import msgspec

from pyloto_stream.ai.masking import redact
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


def storable(record: Record) -> Record:
    """O registro como se guarda."""
    match record:
        case MessageRecord() | TranscriptRecord() if record.text:
            return msgspec.structs.replace(record, text=kept(record.text))
        case SessionRecord():
            facts = {name: kept(value) for name, value in record.facts.items()}
            return msgspec.structs.replace(record, facts=facts, summary=kept(record.summary))
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
