"""Uma conversa para exportar, e quem a lê de volta."""

import msgspec

from pyloto_stream.clock import Clock
from pyloto_stream.conversation.records import HandoffRecord, MessageRecord
from pyloto_stream.records.export import ExportConversationUseCase, Exported, ExportRequest
from pyloto_stream.records.export_profile import profile_of
from pyloto_stream.records.exporter import GcsHistoryExporter
from pyloto_stream.stores.objects import Objects
from pyloto_stream.stores.ports import Documents
from pyloto_stream.stores.trail import AuditTrail
from tests.support.profiles import FIRM, NAME, known, profiles
from tests.support.records import T0, USER, action, handoff, inbound, media, outbound, session, status

PHONE = "5542999998888"
CPF = "529.982.247-25"
HOSTILE = "<script>alert(1)</script> | **a** \u202eabc\x1b[31m\n# título\n- item"


def revoke(number: int, of: int) -> MessageRecord:
    return msgspec.structs.replace(inbound(number, text=""), type="revoke", context_id=f"wamid.IN{of}==")


def told_all(record: HandoffRecord) -> HandoffRecord:
    """A entrega de quem disse de si tudo o que se pergunta."""
    requirements = {"name": NAME, "company": FIRM, "city": "Ponta Grossa", "users": "20", "budget": "unknown"}
    summary = f"Sistema sob medida\nNome: {NAME}\nEmpresa: {FIRM}"
    return msgspec.structs.replace(record, requirements=requirements, summary=summary, deadline="3 meses")


async def talked(documents: Documents) -> None:
    """Uma conversa com de tudo: apagada, cortada, com arquivo, entregue, falhada, com dados pessoais."""
    missing = msgspec.structs.replace(inbound(10, text=""), type="image", media_id="9")
    await AuditTrail(documents, profiles=profiles(documents)).record(
        USER,
        [
            known(1),
            inbound(1, text=f"meu CPF é {CPF[:7]}"),
            inbound(2, text=f"{CPF[8:]} e o telefone {PHONE}"),
            inbound(3, text="segredo que apaguei"),
            revoke(4, of=3),
            inbound(5, text="x" * 4500),
            msgspec.structs.replace(inbound(6, text="o documento"), type="document", media_id="1"),
            media(6),
            outbound(7),
            status(7, "delivered"),
            status(7, "read"),
            outbound(8, text="não chegou"),
            status(8, "failed", error_code=131026),
            inbound(9, text=HOSTILE),
            missing,
            action(11),
            session(1),
            told_all(handoff(1)),
        ],
        None,
    )


def use_case(
    documents: Documents, objects: Objects, clock: Clock = lambda: T0 + 60_000
) -> ExportConversationUseCase:
    exporter = GcsHistoryExporter(documents, objects)
    return ExportConversationUseCase(documents, exporter, clock, profile_of(profiles(documents)))


async def text_of(objects: Objects, done: Exported) -> str:
    async with objects.open(f"exports/{done.export_id}.{done.format}") as chunks:
        return b"".join([chunk async for chunk in chunks]).decode()


async def exported(
    documents: Documents, objects: Objects, form: str = "txt", *, personal: bool = False
) -> tuple[Exported, str]:
    request = msgspec.convert(
        {"user_key": USER, "requested_by": "ana", "format": form, "include_pii": personal}, ExportRequest
    )
    done = await use_case(documents, objects).run(request)
    assert done is not None
    return done, await text_of(objects, done)
