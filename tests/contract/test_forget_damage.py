"""O que se guardou de uma pessoa está estragado: sai na mesma, e o que resta confere."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import pytest

from pyloto_stream.stores.chain import event_path, head_path
from pyloto_stream.stores.object_folder import FolderObjects
from pyloto_stream.stores.objects import Objects
from pyloto_stream.stores.ports import Create, Delete, Documents, Merge, Write
from pyloto_stream.stores.sqlite import SqliteDocuments
from tests.contract.test_forget import of_the_other, proven, two
from tests.support.dump import dump
from tests.support.erasure import Eraser
from tests.support.records import USER

HEAD = head_path(USER)
DAMAGES: dict[str, Sequence[Write]] = {
    "no head": [Delete(HEAD)],
    "a head of other shapes": [Merge(HEAD, {"seq": "seven", "hash": 3, "void": []})],
    "a head elsewhere": [Merge(HEAD, {"hash": "ab" * 32})],
    "no number": [Create(event_path(USER, "lost"), {"text": "abacaxi"})],
    "a head behind": [Merge(HEAD, {"seq": 2})],
    "a number from the future": [Merge(event_path(USER, "s1:opened"), {"seq": 10**6})],
    "a word for a number": [Merge(event_path(USER, "s1:opened"), {"seq": "abacaxi"})],
    "no hash": [Merge(event_path(USER, "s1:opened"), {"hash": ""})],
    "a gap": [Delete(event_path(USER, "s1:opened"))],
}


@pytest.mark.parametrize("damage", [*DAMAGES])
async def test_a_damaged_chain_is_forgotten_and_what_is_left_verifies(
    documents: Documents, objects: Objects, damage: str
) -> None:
    others = await two(documents, objects)
    for write in DAMAGES[damage]:
        await documents.write(write)
    await Eraser(documents, objects).run()
    await proven(documents)
    assert await of_the_other(documents) == others


def damaged(file: Path, place: str) -> None:
    """O documento deixa de ser JSON, como por um byte virado no disco: os índices não o sabem."""
    names = ("status", "user_key", "last_message_at", "seq", "timestamp", "expires_at")
    collection, _, name = place.rpartition("/")
    with sqlite3.connect(file) as other:
        other.executescript("".join(f"DROP INDEX documents_{index};" for index in names))
        other.execute(
            "UPDATE documents SET data = '{ abacaxi' WHERE collection = ? AND id = ?", (collection, name)
        )
    other.close()


@pytest.mark.parametrize("place", [HEAD, event_path(USER, "s1:opened"), "messages", "profile"])
async def test_what_is_not_even_readable_goes_too(
    sqlite: SqliteDocuments, folder: FolderObjects, tmp_path: Path, place: str
) -> None:
    await two(sqlite, folder)
    if place == "messages":
        place = next(key for key in await dump(sqlite) if key.startswith(f"conversations/{USER}/messages/"))
    if place == "profile":
        place = next(key for key in await dump(sqlite) if "rofile" in key and USER in key)
    damaged(tmp_path / "documents.db", place)
    await Eraser(sqlite, folder).run()
    await proven(sqlite)
