"""Versões vizinhas convivem: o que só a mais nova conhece espera por ela, e lixo continua a ser lixo."""

from pathlib import Path

import msgspec
import pytest

from consumers.audit import audit_stage
from consumers.session import session_stage
from consumers.skew import RETRY_MS
from pyloto_stream.conversation.rules import SessionRules
from pyloto_stream.conversation.sessions import SessionManager
from pyloto_stream.errors import PermanentError
from pyloto_stream.stores.sqlite import SqliteDocuments
from pyloto_stream.stores.trail import AuditTrail
from pyloto_stream.streams.model import Outcome, Snooze, Turn

NOW = 1_700_000_000_000
TIMER = b'{"event":"timer","name":"session_idle","session_id":"s","due_ms":1}'


def turn(events: bytes, stage: str) -> Turn:
    return Turn(
        partition=0, entry_id="1-0", lane="turn", stage=stage, conversation="c" * 32, number=1, events=events,
        state=b"", payload=b"", mode="", failures=0, snoozes=0, now_ms=NOW,
    )  # fmt: skip


async def decide(stage: str, events: bytes, folder: Path) -> Outcome:
    if stage == "session":
        decided = session_stage(SessionManager(SessionRules()))(turn(events, stage))
        assert isinstance(decided, Outcome)
        return decided
    documents = await SqliteDocuments.open(folder / "documents.sqlite3")
    try:
        result = audit_stage(AuditTrail(documents))(turn(events, stage))
        assert not isinstance(result, Outcome)
        return await result
    finally:
        await documents.close()


@pytest.mark.parametrize(
    ("stage", "events"),
    [
        ("session", b'[{"event":"poll_answer","x":1}]'),
        ("session", b"[" + TIMER + b',{"event":"poll_answer"}]'),
        ("audit", b'[{"record":"invoice","id":"1"}]'),
    ],
)
async def test_an_event_of_a_newer_version_waits_and_counts_nothing(
    stage: str, events: bytes, tmp_path: Path
) -> None:
    assert await decide(stage, events, tmp_path) == Snooze(NOW + RETRY_MS)


@pytest.mark.parametrize("stage", ["session", "audit"])
@pytest.mark.parametrize("events", [b"[1]", b"[{}]", b"{", b'[{"event":7}]', b'[{"event":"timer"}]'])
async def test_what_no_version_wrote_is_buried(stage: str, events: bytes, tmp_path: Path) -> None:
    with pytest.raises(PermanentError):
        await decide(stage, events, tmp_path)


async def test_a_new_field_of_a_known_event_is_simply_read_over(tmp_path: Path) -> None:
    newer = TIMER[:-1] + b',"later":true}'
    assert not isinstance(await decide("session", b"[" + newer + b"]", tmp_path), Snooze)
    assert msgspec.json.decode(newer)["later"]
