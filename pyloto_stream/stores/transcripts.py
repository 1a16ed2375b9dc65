"""Como o que se ouviu num áudio vira o texto da mensagem que o trouxe, sem desfazer nada?

Promete: só preenche o que está vazio; repetir não muda, e o que a pessoa apagou não volta. Conta com a ordem
da faixa: a mensagem é gravada antes, ou no mesmo turno.
"""

from collections.abc import Sequence

from pyloto_stream.conversation.records import MessageRecord, Record, TranscriptRecord
from pyloto_stream.stores.messages import RETENTION_DAYS, REVOKE, clean, message_path
from pyloto_stream.stores.ports import TTL_FIELD, Documents, Merge
from pyloto_stream.stores.times import DAY_MS, iso


def transcript_write(user_key: str, record: TranscriptRecord) -> Merge:
    """O texto, na mensagem."""
    until = iso(record.at_ms + RETENTION_DAYS * DAY_MS)
    return Merge(message_path(user_key, record.message_id), {"text": clean(record.text), TTL_FIELD: until})


async def without_late_transcripts(
    documents: Documents, user_key: str, records: Sequence[Record]
) -> Sequence[Record]:
    """`records` sem as transcrições de mensagens que já têm texto, ou que foram apagadas.

    Raises:
        UnavailableError: o banco não respondeu.
    """
    if not any(isinstance(record, TranscriptRecord) for record in records):
        return records
    messages = [record for record in records if isinstance(record, MessageRecord)]
    settled = {m.id for m in messages if m.text} | {m.context_id for m in messages if m.type == REVOKE}
    kept: list[Record] = []
    for record in records:
        if isinstance(record, TranscriptRecord):
            if record.message_id in settled or await _settled(documents, user_key, record.message_id):
                continue
            settled.add(record.message_id)
        kept.append(record)
    return kept


async def _settled(documents: Documents, user_key: str, message_id: str) -> bool:
    document = await documents.get(message_path(user_key, message_id))
    return document is not None and bool(document.data.get("text") or document.data.get("revoked_at"))
