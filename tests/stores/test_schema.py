"""A página dos documentos é a verdade: tudo o que o código grava está nela, e nada mais."""

import re
from collections import defaultdict
from pathlib import Path

import msgspec

from pyloto_stream.conversation.records import HandoffRecord
from pyloto_stream.records.forget import forgotten_header
from pyloto_stream.stores.anchor_check import FORGOTTEN
from pyloto_stream.stores.audit_log import AuditLogStore
from pyloto_stream.stores.chain import AuditEvent
from pyloto_stream.stores.channels import ChannelStore
from pyloto_stream.stores.conversations import header_path
from pyloto_stream.stores.exports import RETENTION_DAYS as EXPORT_DAYS
from pyloto_stream.stores.exports import ExportStore
from pyloto_stream.stores.fence import raise_fence
from pyloto_stream.stores.handoffs import HandoffStore
from pyloto_stream.stores.media import RETENTION_DAYS as MEDIA_DAYS
from pyloto_stream.stores.media import MediaStore
from pyloto_stream.stores.messages import RETENTION_DAYS
from pyloto_stream.stores.ports import Delete
from pyloto_stream.stores.sessions import scoped_id
from pyloto_stream.stores.sqlite import SqliteDocuments
from pyloto_stream.stores.templates import TemplateStore
from pyloto_stream.stores.trail import AuditTrail
from pyloto_stream.template import Template
from tests.stores.test_indexes import INDEXES
from tests.support.channels import BANNED
from tests.support.documents import Watched
from tests.support.profiles import known, profiles
from tests.support.records import T0, USER, action, handoff, inbound, media, outbound, session, status

PAGE = (Path(__file__).parents[2] / "docs" / "firestore" / "schema.md").read_text()
Fields = dict[str, set[str]]


def documented() -> Fields:
    """Caminho de cada seção → campos da sua tabela."""
    sections = re.split(r"^### ", PAGE.partition("## Composite")[0], flags=re.MULTILINE)[1:]
    return {
        re.sub(r"\{[^}]*\}", "{}", section.split("`")[1]): set(
            re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)
        )
        for section in sections
    }


def pattern(path: str) -> str:
    """Caminho com `{}` no lugar dos ids."""
    names = path.split("/")
    ids = ["{}" if names[at - 1] != "chain" else name for at, name in enumerate(names) if at % 2]
    return "/".join(name for pair in zip(names[::2], ids, strict=True) for name in pair)


def full_handoff() -> HandoffRecord:
    """Uma entrega com todos os campos: os que têm o valor padrão não são gravados."""
    return msgspec.structs.replace(
        handoff(), resolved_intents=("A",), open_intents=("B",), deadline="30 dias", routing="ENGENHARIA"
    )


async def written(documents: SqliteDocuments) -> Fields:
    """O que o código grava ao passar por tudo o que sabe registrar."""
    watched = Watched(documents)
    told = msgspec.structs.replace(inbound(1), media_id="media")
    await AuditTrail(watched, profiles=profiles(watched)).record(
        USER,
        [
            told,
            known(1),
            action(1, mode="HUMAN"),
            outbound(1),
            status(1, "failed", error_code=131026),
            session(1),
            full_handoff(),
            media(1),
        ],
        None,
    )
    await MediaStore(watched).keep_upload(media().sha256, "106540352242922", "1")
    asked = AuditEvent("export_requested:1", "2023-11-14T22:13:21.000Z", "OPERATOR:ana", "EXPORT_REQUESTED")
    export = await ExportStore(watched).begin(("1", USER, "ana", "txt"), asked, T0, include_pii=True)
    export = await ExportStore(watched).renew(export, T0)
    done = msgspec.structs.replace(asked, event_id="export_done:1", action="EXPORT_DONE")
    await ExportStore(watched).finish(export, (1, 2, 3), done, T0)
    again = msgspec.structs.replace(asked, event_id="x")
    other = await ExportStore(watched).begin(("2", USER, "ana", "md"), again, T0, include_pii=False)
    await ExportStore(watched).fail(other, "interrupted", T0)
    await TemplateStore(watched).put([Template("501", account_id="2")], 0)
    await ChannelStore(watched).apply(BANNED)
    await HandoffStore(watched).accept(scoped_id(USER, handoff().id))
    assert await AuditLogStore(watched).trim(USER, "2023-11-14T22:13:20.002Z") == 5
    forgotten = msgspec.structs.replace(asked, event_id="forgotten", action=FORGOTTEN)
    fence = await raise_fence(watched, USER, forgotten, 7)
    await watched.set(header_path(USER), forgotten_header(fence))
    fields: Fields = defaultdict(set)
    for write in (write for batch in watched.writes for write in batch):
        fields[pattern(write.path)] |= set() if isinstance(write, Delete) else write.data.keys()
    return dict(fields)


async def test_every_path_and_field_that_is_written_is_documented_and_no_other(
    documents: SqliteDocuments,
) -> None:
    assert await written(documents) == documented()


def test_indexes_on_the_page_are_the_deployed_ones() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (`\w+` (?:asc|desc)ending.*?) \|", PAGE, re.MULTILINE)
    told = [
        (
            name,
            [
                (field, f"{way.upper()}ENDING")
                for field, way in re.findall(r"`(\w+)` (asc|desc)ending", fields)
            ],
        )
        for name, fields in rows
    ]
    assert told == [
        (index["collectionGroup"], [(field["fieldPath"], field["order"]) for field in index["fields"]])
        for index in INDEXES["indexes"]
    ]


def test_expiry_and_exemptions_on_the_page_are_the_deployed_ones() -> None:
    expiry = re.findall(r"^\| `(\w+)` \| `(\w+)` \| (\d+) days \|", PAGE, re.MULTILINE)
    rules = INDEXES["fieldOverrides"]
    days = {"messages": RETENTION_DAYS, "exports": EXPORT_DAYS}
    days |= dict.fromkeys(("media", "people", "files"), MEDIA_DAYS)
    assert expiry == [
        (rule["collectionGroup"], rule["fieldPath"], str(days[rule["collectionGroup"]]))
        for rule in rules
        if rule.get("ttl")
    ]
    exempt = re.findall(r"`(\w+\.\w+)`", PAGE.partition("exempt")[2].partition("## Expiry")[0])
    assert exempt == [
        f"{rule['collectionGroup']}.{rule['fieldPath']}" for rule in rules if rule["indexes"] == []
    ]
