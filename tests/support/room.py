"""A etapa `media` com pasta e Graph de verdade, um turno por vez."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import msgspec

from consumers.media import MediaDesk, media_stage
from consumers.pipeline import AUDIT
from pyloto_stream.conversation.events import Event
from pyloto_stream.conversation.records import Record
from pyloto_stream.conversation.wanted import MediaWanted
from pyloto_stream.stores.object_folder import FolderObjects
from pyloto_stream.stores.objects import Objects
from pyloto_stream.streams.model import Handler, Outcome, Plan, Turn
from pyloto_stream.whatsapp.media_download import MediaDownloader
from tests.support.files import MAX_BYTES, MEDIA_ID, Files, downloader, files_server
from tests.support.graph import NUMBER
from tests.support.records import T0, USER

WAMID = "wamid.HBgMNTU0MTk5OTk5MDAwMBUCABIY"
_record, _event = msgspec.json.Decoder(Record), msgspec.json.Decoder(Event)


class Room:
    """Uma etapa com pasta e Graph de verdade; `counted` guarda o que ela contou."""

    def __init__(self, files: Files, root: Path, media: MediaDownloader, objects: Objects) -> None:
        self.files = files
        self.root = root
        self.counted: list[str] = []
        self.desk = MediaDesk(media, objects, attempts=3, count=self.counted.append)
        self.stage = media_stage(self.desk)

    def stored(self) -> list[str]:
        """Caminhos de tudo o que há na pasta."""
        return sorted(str(f.relative_to(self.root)) for f in self.root.rglob("*") if f.is_file())

    async def run(self, *events: MediaWanted, failures: int = 0) -> Plan:
        """O plano da etapa para um turno com `events`."""
        plan = await decide(self.stage, turn(msgspec.json.encode(list(events)), failures))
        assert isinstance(plan, Plan)
        return plan


def turn(events: bytes, failures: int = 0) -> Turn:
    return Turn(
        partition=0, entry_id="1-0", lane="media", stage="media", conversation=USER, number=7, events=events,
        state=b"", payload=b"", mode="BOT", failures=failures, snoozes=0, now_ms=T0,
    )  # fmt: skip


def wanted(message: str = WAMID, *, digest: str = "", kind: str = "document", url: str = "") -> MediaWanted:
    fields = {
        "event": "media", "message_id": message, "kind": kind, "phone_number_id": NUMBER,
        "media": {"id": MEDIA_ID, "sha256": digest, "mime_type": "text/html", "url": url},
        "correlation_id": "c1",
    }  # fmt: skip
    return msgspec.convert(fields, MediaWanted)


async def decide(stage: Handler, work: Turn) -> Outcome:
    outcome = stage(work)
    assert not isinstance(outcome, Outcome)
    return await outcome


def records(plan: Plan) -> list[Record]:
    return [_record.decode(feed.event) for feed in plan.feed if feed.lane == AUDIT]


def notices(plan: Plan) -> list[Event]:
    return [_event.decode(feed.event) for feed in plan.feed if feed.lane == "turn"]


@asynccontextmanager
async def open_room(
    root: Path, objects: Objects | None = None, max_bytes: int = MAX_BYTES
) -> AsyncIterator[Room]:
    """Tudo aberto, sobre uma pasta vazia, ou sobre `objects`."""
    async with AsyncExitStack() as stack:
        files = await stack.enter_async_context(files_server())
        media = await stack.enter_async_context(downloader(files.url, max_bytes=max_bytes))
        yield Room(files, root, media, objects or await FolderObjects.open_folder(root))
