"""Como um turno inteiro chega ao banco uma vez só, com a cadeia de auditoria sem lacuna nem bifurcação?

O que um turno registra vai numa gravação atômica, sem leitura quando se conhece a ponta. Se ela conflita (o
turno já foi gravado e o executor caiu antes de confirmar, ou a ponta está velha), relê a ponta, retira o que
já está lá e grava o resto. Por isso repetir um turno, ou dois executores com o mesmo turno, dá o mesmo
resultado; e um turno de antes de um esquecimento perde a ponta, relê, e não grava nada. Limite: mais de
`_BATCH` registros vão em várias gravações, cada uma atômica; um turno que muda o perfil o lê antes; o que não
move a cadeia (só status) não passa pela ponta, e quem esquece o procura outra vez.
"""

import asyncio
from collections.abc import Sequence

import msgspec

from pyloto_stream.conversation.person import ProfileRecord
from pyloto_stream.conversation.records import (
    ActionRecord,
    ChannelRecord,
    HandoffRecord,
    MediaRecord,
    MessageRecord,
    Record,
    SessionRecord,
    StatusRecord,
    TranscriptRecord,
)
from pyloto_stream.errors import LostError
from pyloto_stream.stores.audit_log import TRIES, AuditLogStore
from pyloto_stream.stores.chain import GENESIS, AuditEvent, ChainHead, link
from pyloto_stream.stores.conversations import ConversationStore, header_write
from pyloto_stream.stores.events import SPOKEN, events_of, mode_of
from pyloto_stream.stores.handoff_moves import moved, moves_of
from pyloto_stream.stores.handoffs import handoff_write
from pyloto_stream.stores.media import media_writes
from pyloto_stream.stores.messages import message_write, revoke_writes, status_write
from pyloto_stream.stores.ports import ConflictError, Create, Documents, Merge, Write
from pyloto_stream.stores.profiles import UserProfileStore
from pyloto_stream.stores.sessions import session_write
from pyloto_stream.stores.trail_writes import combined, missing
from pyloto_stream.stores.transcripts import transcript_write, without_late_transcripts

_BATCH = 80
"""Registros por gravação atômica; cada um rende no máximo cinco documentos (limite: `MAX_WRITES`).

Pesam no máximo 1,4 MB (80 textos de 4000 caracteres de 4 bytes, e 80 eventos), longe de `MAX_BYTES`.
"""


class TrailState(msgspec.Struct, frozen=True, omit_defaults=True):
    """O que a faixa lembra entre turnos para não ler: a ponta da cadeia e os instantes do cabeçalho."""

    head: str = GENESIS
    seq: int = 0
    version: str = ""
    created_at: str = ""
    updated_at: str = ""
    last_message_at: str = ""


class AuditTrail:
    """Grava os registros de uma conversa. Um turno por vez em cada conversa é o normal, não uma exigência.

    Sem `profiles`, o que se soube das pessoas não se guarda.
    """

    def __init__(
        self, documents: Documents, tenant_id: str = "default", profiles: UserProfileStore | None = None
    ) -> None:
        self._documents = documents
        self._profiles = profiles
        self._tenant_id = tenant_id
        self._log = AuditLogStore(documents)
        self._conversations = ConversationStore(documents)

    async def record(
        self, user_key: str, records: Sequence[Record], known: TrailState | None, number: int = 0
    ) -> TrailState | None:
        """Grava `records`; devolve o que lembrar para o próximo turno. `known` `None`: nada se sabe.

        `number`: o do turno que os traz; 0: não são de um turno.

        Raises:
            LostError: a pessoa foi esquecida depois de o turno começar; o que ele trazia não se grava.
            UnavailableError: o banco não respondeu; repetir é seguro.
            ConflictError: a disputa pela ponta não cedeu em `TRIES` tentativas; repetir é seguro.
            PermanentError: code `unstorable_document`, `empty_id` ou `undecodable_document`.
        """
        state = known
        for start in range(0, len(records), _BATCH):
            state = await self._record(user_key, records[start : start + _BATCH], state, number)
        return state

    async def _record(
        self, user_key: str, records: Sequence[Record], known: TrailState | None, number: int
    ) -> TrailState | None:
        records = await without_late_transcripts(self._documents, user_key, records)
        documents = combined(write for record in records for write in self._writes_of(user_key, record))
        pending, state, moves = events_of(records), known, moves_of(user_key, records)
        learned = [record for record in records if isinstance(record, ProfileRecord)]
        for _ in range(TRIES):
            profile, state = await self._read(user_key, learned, state, number, grows=bool(pending))
            writes = [*await moved(self._documents, documents, moves), *profile]
            try:
                if state is not None and pending:
                    return await self._grow(user_key, state, writes, pending)
                # só status e documentos avulsos: nada move a cadeia, nem o cabeçalho, que anda com ela
                if writes:
                    await self._documents.write(*writes)
            except ConflictError:
                state = await self._load(user_key, number)
                documents = await missing(self._documents, documents)
                pending = await self._log.absent(user_key, pending)
                continue
            return state
        raise ConflictError("the chain keeps moving")

    async def _read(
        self,
        user_key: str,
        learned: list[ProfileRecord],
        state: TrailState | None,
        number: int,
        *,
        grows: bool,
    ) -> tuple[list[Write], TrailState | None]:
        """O que gravar no perfil, e a ponta se a cadeia `grows`; o que falta saber de ambos lê-se junto."""
        profiles = self._profiles if learned else None
        if state is not None or not grows:
            return await profiles.writes(user_key, learned) if profiles else [], state
        if profiles is None:
            return [], await self._load(user_key, number)
        return await asyncio.gather(profiles.writes(user_key, learned), self._load(user_key, number))

    async def _grow(
        self, user_key: str, state: TrailState, documents: Sequence[Write], events: Sequence[AuditEvent]
    ) -> TrailState:
        """Grava tudo junto, ou nada se a ponta não é a de `state`: por isso nem o cabeçalho retrocede."""
        links, head = link(user_key, ChainHead(state.head, state.seq, state.version), events)
        after = _advanced(state, events, head)
        header = header_write(
            user_key, self._tenant_id, created_at=after.created_at, updated_at=after.updated_at,
            last_message_at=after.last_message_at, mode=mode_of(events),
        )  # fmt: skip
        versions = await self._documents.write(*documents, header, *links)
        return msgspec.structs.replace(after, version=versions[-1])

    async def _load(self, user_key: str, number: int) -> TrailState:
        tip = await self._log.tip(user_key)
        if tip is None:  # criar a ponta conflita, se outro a cria: aqui a ordem não importa
            reads = self._log.newest(user_key), self._conversations.header(user_key)
            head, header = await asyncio.gather(*reads)
        elif 0 < number <= tip.void:
            raise LostError("the person was forgotten after this turn had begun")
        else:
            head, header = tip, await self._conversations.header(user_key)  # depois: nunca mais velho que ela
        state = TrailState(head.hash, head.seq, head.version)
        if header is None:
            return state
        return msgspec.structs.replace(
            state,
            created_at=header.created_at,
            updated_at=header.updated_at,
            last_message_at=header.last_message_at,
        )

    def _writes_of(self, user_key: str, record: Record) -> tuple[Create | Merge, ...]:
        """Os documentos do registro; nenhum se ele só vive na cadeia, não é da conversa ou é do perfil."""
        match record:
            case MessageRecord():
                return (message_write(user_key, record), *revoke_writes(user_key, record))
            case StatusRecord():
                return (status_write(user_key, record),)
            case SessionRecord():
                return (session_write(user_key, self._tenant_id, record),)
            case HandoffRecord():
                return (handoff_write(user_key, self._tenant_id, record),)
            case MediaRecord():
                return media_writes(user_key, record)
            case TranscriptRecord():
                return (transcript_write(user_key, record),)
            case ActionRecord() | ChannelRecord() | ProfileRecord():
                return ()


def _advanced(state: TrailState, events: Sequence[AuditEvent], head: ChainHead) -> TrailState:
    """O estado depois de `events`; instantes só avançam."""
    moments = [event.timestamp for event in events]
    spoken = [event.timestamp for event in events if event.action in SPOKEN]
    return TrailState(
        head=head.hash,
        seq=head.seq,
        version=state.version,
        created_at=state.created_at or min(moments),
        updated_at=max([state.updated_at, *moments]),
        last_message_at=max([state.last_message_at, *spoken]),
    )
