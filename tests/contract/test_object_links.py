"""O que todo link assinado promete, seja qual for o adaptador; ele é aberto de verdade, por HTTP."""

from collections.abc import AsyncIterator
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from pyloto_stream.errors import PermanentError
from pyloto_stream.stores.objects import MAX_LINK_S
from tests.support.object_links import LinkReader

PATH = "exports/ab/report-1"
NAME = "conversa.txt"
REFUSED = {400, 403}
"""O Google diz 400 a um link vencido; a pasta, 403."""


async def some(value: bytes) -> AsyncIterator[bytes]:
    yield value


async def test_a_link_works_before_its_expiry_and_fails_after(reader: LinkReader) -> None:
    await reader.objects.put(PATH, some(b"content"), "text/plain")
    url = await reader.objects.signed_url(PATH, 60, filename=NAME)
    for _ in range(2):
        opened = await reader.open(url)
        assert (opened.status, opened.body) == (200, b"content")
    reader.advance(57)
    assert (await reader.open(url)).status == 200
    reader.advance(5)
    opened = await reader.open(url)
    assert opened.status in REFUSED
    assert b"content" not in opened.body


async def test_a_link_downloads_a_file_with_the_given_name_or_that_of_the_path(reader: LinkReader) -> None:
    await reader.objects.put(PATH, some(b"<script>"), "text/html")
    for filename, shown in ((NAME, NAME), ("", "report-1")):
        opened = await reader.open(await reader.objects.signed_url(PATH, 60, filename=filename))
        assert opened.headers["Content-Disposition"] == f'attachment; filename="{shown}"'


async def test_a_link_for_nothing_opens_nothing(reader: LinkReader) -> None:
    url = await reader.objects.signed_url(PATH, 60)
    assert (await reader.open(url)).status == 404


async def test_a_deleted_object_ends_its_links(reader: LinkReader) -> None:
    await reader.objects.put(PATH, some(b"x"), "")
    url = await reader.objects.signed_url(PATH, 60)
    await reader.objects.delete(PATH)
    assert (await reader.open(url)).status == 404


async def test_no_part_of_a_link_can_be_changed(reader: LinkReader) -> None:
    await reader.objects.put(PATH, some(b"mine"), "")
    await reader.objects.put("exports/ab/report-2", some(b"other"), "")
    url = await reader.objects.signed_url(PATH, 60, filename=NAME)
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    forged = [url.replace("report-1", "report-2"), url.split("?")[0]]
    for name, value in query.items():
        changed = value[:-1] + ("1" if value[-1] != "1" else "2")
        forged.append(parts._replace(query=urlencode({**query, name: changed})).geturl())
        rest = {key: kept for key, kept in query.items() if key != name}
        forged.append(parts._replace(query=urlencode(rest)).geturl())
    assert len(forged) >= 8
    for link in forged:
        opened = await reader.open(link)
        assert opened.status in REFUSED, link
        assert opened.body not in {b"mine", b"other"}, link


@pytest.mark.parametrize("ttl_s", [0, -1, MAX_LINK_S + 1])
async def test_a_link_lasts_from_one_second_to_seven_days(reader: LinkReader, ttl_s: int) -> None:
    with pytest.raises(PermanentError) as caught:
        await reader.objects.signed_url(PATH, ttl_s)
    assert caught.value.code == "invalid_object_link"
    await reader.objects.put(PATH, some(b"x"), "")
    for good_s in (1, MAX_LINK_S):
        assert await reader.objects.signed_url(PATH, good_s)


@pytest.mark.parametrize(
    "filename", ['a"b', "a\r\nSet-Cookie: x", "../a", ".hidden", "a/b", "ção.txt", "a" * 129]
)
async def test_a_file_name_that_could_escape_a_header_is_refused_and_not_shown(
    reader: LinkReader, filename: str
) -> None:
    with pytest.raises(PermanentError) as caught:
        await reader.objects.signed_url(PATH, 60, filename=filename)
    assert caught.value.code == "invalid_object_link"
    assert filename not in str(caught.value)


async def test_a_link_to_a_path_that_could_escape_is_refused(reader: LinkReader) -> None:
    with pytest.raises(PermanentError) as caught:
        await reader.objects.signed_url("../secret", 60)
    assert caught.value.code == "invalid_object_path"
