"""O que uma interrupção deixou sem selo só o recebe se diz a verdade, e toda a verdade, das cadeias."""

import msgspec
import pytest

from pyloto_stream.stores.anchor_read import AnchorError, anchor_path, check_seal, seal_path
from pyloto_stream.stores.anchor_seal import public_key
from pyloto_stream.stores.anchors import LATE_MS, Made, make_anchor
from pyloto_stream.stores.audit_log import AuditLogStore
from pyloto_stream.stores.chain import event_path
from pyloto_stream.stores.conversations import header_path
from pyloto_stream.stores.objects import Objects
from pyloto_stream.stores.ports import Create, Delete, Documents
from pyloto_stream.stores.times import iso
from tests.contract.test_anchors import DAY, NOW, SEED, anchored, bytes_of, put, rebuilt
from tests.support.chains import event

__all__ = ["anchored"]

HEADER = b'{"day":"2026-01-02","made_at":"2026-01-02T00:00:00.000Z","anchor":1}\n'


async def test_one_that_was_interrupted_before_its_signature_is_signed_only_if_it_is_true(
    documents: Documents, folder: Objects, anchored: Made
) -> None:
    await folder.delete(seal_path(DAY))
    await AuditLogStore(documents).append("ana", event(5, timestamp=iso(NOW)))
    assert await make_anchor(documents, folder, DAY, SEED, NOW) == anchored
    await check_seal(folder, DAY, public_key(SEED))
    await folder.delete(seal_path(DAY))
    await rebuilt(documents, "bia")
    with pytest.raises(AnchorError, match="not signed"):
        await make_anchor(documents, folder, DAY, SEED, NOW)
    assert await folder.head(seal_path(DAY)) is None


async def test_one_without_signature_that_leaves_a_chain_out_is_not_signed(
    documents: Documents, folder: Objects, anchored: Made
) -> None:
    """Quem escreve no repositório, e não tem a chave, põe no lugar uma âncora que cala o que lhe convém."""
    whole = await bytes_of(folder, anchor_path(DAY))
    await folder.delete(seal_path(DAY))
    without_bia = b"".join(line for line in whole.splitlines(keepends=True) if b'"bia"' not in line)
    await documents.write(Delete(header_path("bia")), Create("sessions/s", {"user_key": "bia"}))
    for planted in (HEADER, without_bia, HEADER.replace(b"2026-01-02T", b"1999-01-02T")):
        await put(folder, anchor_path(DAY), planted)
        with pytest.raises(AnchorError) as refused:
            await make_anchor(documents, folder, DAY, SEED, NOW)
        assert refused.value.code == "anchor_unusable"
        assert await folder.head(seal_path(DAY)) is None
    await put(folder, anchor_path(DAY), whole)
    assert await make_anchor(documents, folder, DAY, SEED, NOW) == anchored


async def test_one_without_signature_whose_ends_were_no_longer_the_ends_is_not_signed(
    documents: Documents, folder: Objects, anchored: Made
) -> None:
    """Uma ponta mais velha está na cadeia, mas deixaria refazer o que veio depois dela."""
    first = await documents.get(event_path("ana", "e1"))
    whole = await bytes_of(folder, anchor_path(DAY))
    assert first is not None
    lines = [msgspec.json.decode(line) for line in whole.splitlines()]
    await folder.delete(seal_path(DAY))
    for end in (
        {"seq": 1, "hash": first.data["hash"]},
        {"seq": 0, "hash": "", "at": "1990-01-01T00:00:00.000Z"},
        {"seq": -1},
        {"seq": 2**63 - 1},
    ):
        planted = [lines[0], {**lines[1], **end}, *lines[2:]]
        await put(folder, anchor_path(DAY), b"".join(msgspec.json.encode(line) + b"\n" for line in planted))
        with pytest.raises(AnchorError):
            await make_anchor(documents, folder, DAY, SEED, NOW)
        assert await folder.head(seal_path(DAY)) is None


async def test_what_came_while_one_was_interrupted_or_cannot_be_read_does_not_stop_its_signature(
    documents: Documents, folder: Objects, anchored: Made
) -> None:
    await folder.delete(seal_path(DAY))
    for person, born in (("late", NOW - LATE_MS), ("new", NOW + 1)):
        await documents.write(Create(header_path(person), {"user_key": person, "created_at": iso(born)}))
        await AuditLogStore(documents).append(person, event(1))
    await documents.write(Create(header_path("headless"), {"user_key": "headless"}))
    made = await make_anchor(documents, folder, DAY, SEED, NOW)
    assert made == msgspec.structs.replace(anchored, headless=("headless",))
    await folder.delete(seal_path(DAY))
    await documents.merge(header_path("late"), {"created_at": iso(NOW - LATE_MS - 1)})
    with pytest.raises(AnchorError, match="leaves chains out"):
        await make_anchor(documents, folder, DAY, SEED, NOW)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{\n", b'{"day":"2026-01-03","made_at":""}\n', b'{"day":1}\n', HEADER[:-1], HEADER + b"{",
        HEADER.replace(b"2026-01-02T", b"x"),
    ],
)  # fmt: skip
async def test_what_is_no_anchor_of_the_day_is_refused(
    documents: Documents, folder: Objects, content: bytes
) -> None:
    await put(folder, anchor_path(DAY), content)
    with pytest.raises(AnchorError) as refused:
        await make_anchor(documents, folder, DAY, SEED, NOW)
    assert refused.value.code == "anchor_unusable"
