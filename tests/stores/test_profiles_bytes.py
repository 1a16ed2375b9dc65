"""O arquivo do SQLite, byte a byte: nada do que identifica uma pessoa se lê no perfil dela."""

import asyncio
import shutil
from pathlib import Path

from pyloto_stream.stores.sqlite import SqliteDocuments
from tests.support.profiles import NAME, PHONE, PLANTED, known, named, profiles
from tests.support.records import USER


def bytes_of(folder: Path) -> bytes:
    """Tudo o que há na pasta: o arquivo, o diário e o que mais o SQLite deixa."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def forms(text: str) -> list[bytes]:
    return [text.encode(), text.encode("utf-16-le"), text.encode("utf-16-be")]


async def test_no_byte_of_the_file_shows_phone_name_or_company_open_or_closed(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    folder.mkdir()
    documents = await SqliteDocuments.open(folder / "documents.db")
    store = profiles(documents)
    for record in (known(1), named(2, "Jacira Quimera"), named(3, NAME)):
        assert await store.put(USER, record)
    assert (await store.get_by_phone(PHONE)) is not None
    copy = tmp_path / "copy"
    await asyncio.to_thread(shutil.copytree, folder, copy)
    await documents.close()
    for place in (copy, folder):
        content = bytes_of(place)
        assert USER.encode() in content  # a busca acha o que está lá
        assert [text for text in PLANTED for form in forms(text) if form in content] == []
