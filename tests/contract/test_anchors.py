"""O que a âncora promete em cada banco: o que ela guardou ainda está lá, ou se diz que não, e por quê."""

import asyncio
from collections.abc import AsyncIterator

import msgspec
import pytest

from pyloto_stream.stores.anchor_check import FORGOTTEN, AnchorCheck, check_heads
from pyloto_stream.stores.anchor_read import AnchorError, anchor_path, check_seal, read_anchor, seal_path
from pyloto_stream.stores.anchor_seal import Seal, public_key, sealed
from pyloto_stream.stores.anchors import Made, make_anchor
from pyloto_stream.stores.audit_log import AuditLogStore
from pyloto_stream.stores.chain import AuditEvent, event_path, head_path
from pyloto_stream.stores.conversations import header_path
from pyloto_stream.stores.objects import Objects
from pyloto_stream.stores.ports import Create, Delete, Documents, Merge, Set
from pyloto_stream.stores.times import DAY_MS, milliseconds
from tests.support.chains import event

DAY = "2026-01-02"
SEED, OTHER_SEED = bytes(range(32)), bytes(range(1, 33))
NOW = milliseconds(f"{DAY}T00:00:00.000Z")
YEARS_LATER = NOW + 8 * 366 * DAY_MS
PEOPLE = ("ana", "bia", "zoe")


@pytest.fixture
async def anchored(documents: Documents, folder: Objects) -> Made:
    """Três cadeias de quatro eventos, e a âncora delas."""
    for person in PEOPLE:
        await documents.write(Create(header_path(person), {"user_key": person}))
        await AuditLogStore(documents).append(person, *(event(n) for n in range(1, 5)))
    made = await make_anchor(documents, folder, DAY, SEED, NOW)
    assert made is not None
    return made


async def states(documents: Documents, objects: Objects, now_ms: int = NOW) -> dict[str, str]:
    found = [check async for check in check_heads(documents, read_anchor(objects, DAY), now_ms)]
    assert all(isinstance(check, AnchorCheck) for check in found)
    return {check.head.user_key: check.state for check in found}


async def bytes_of(objects: Objects, path: str) -> bytes:
    async with objects.open(path) as chunks:
        return b"".join([chunk async for chunk in chunks])


async def chunks(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def put(objects: Objects, path: str, content: bytes) -> None:
    assert await objects.put(path, chunks(content), "text/plain")


async def refusal(objects: Objects, public: bytes) -> str:
    with pytest.raises(AnchorError) as refused:
        await check_seal(objects, DAY, public)
    return refused.value.code


async def test_an_anchor_holds_the_end_of_every_chain_and_is_signed(
    documents: Documents, folder: Objects, anchored: Made
) -> None:
    header, *lines = (await bytes_of(folder, anchor_path(DAY))).splitlines()
    assert msgspec.json.decode(header) == {"day": DAY, "made_at": f"{DAY}T00:00:00.000Z", "anchor": 1}
    heads = [await AuditLogStore(documents).head(person) for person in PEOPLE]
    assert [msgspec.json.decode(line) for line in lines] == [
        {"user_key": person, "seq": 4, "hash": head.hash, "at": "2026-01-01T00:00:00.004Z"}
        for person, head in zip(PEOPLE, heads, strict=True)
    ]
    assert (anchored.chains, anchored.headless) == (3, ())
    await check_seal(folder, DAY, public_key(SEED))


async def test_any_number_of_chains_is_anchored_and_compared(documents: Documents, folder: Objects) -> None:
    people = [f"p{n:03}" for n in range(70)]
    await asyncio.gather(*(AuditLogStore(documents).append(person, event(1)) for person in people))
    await documents.write(*(Create(header_path(person), {"user_key": person}) for person in people))
    told: list[int] = []
    made = await make_anchor(documents, folder, DAY, SEED, NOW, told.append)
    assert made is not None
    assert (made.chains, sum(told)) == (70, 70)
    assert await states(documents, folder) == dict.fromkeys(people, "kept")


async def test_what_grew_is_still_kept(documents: Documents, folder: Objects, anchored: Made) -> None:
    await AuditLogStore(documents).append("ana", event(5), event(6))
    assert await states(documents, folder) == dict.fromkeys(PEOPLE, "kept")


async def rebuilt(documents: Documents, person: str) -> None:
    """Refaz a cadeia inteira com o segundo evento trocado: sozinha, ela confere."""
    log = AuditLogStore(documents)
    await documents.write(
        *(Delete(event_path(person, f"e{n}")) for n in range(1, 5)), Delete(head_path(person))
    )
    await log.append(person, event(1), event(2, reason="OTHER"), event(3), event(4))
    assert (await log.verify(person)).intact


async def test_a_chain_rebuilt_whole_verifies_alone_and_is_betrayed_by_the_anchor(
    documents: Documents, folder: Objects, anchored: Made
) -> None:
    await rebuilt(documents, "bia")
    assert await states(documents, folder) == {"ana": "kept", "bia": "changed", "zoe": "kept"}


async def test_a_chain_cut_back_with_its_head_verifies_alone_and_is_betrayed_by_the_anchor(
    documents: Documents, folder: Objects, anchored: Made
) -> None:
    third = await documents.get(event_path("zoe", "e3"))
    assert third is not None
    head = {"hash": third.data["hash"], "seq": 3, "event_id": "e3"}
    await documents.write(Delete(event_path("zoe", "e4")), Merge(head_path("zoe"), head))
    assert (await AuditLogStore(documents).verify("zoe")).intact
    assert (await states(documents, folder))["zoe"] == "cut"


async def test_a_chain_removed_whole_is_gone_even_without_header(
    documents: Documents, folder: Objects, anchored: Made
) -> None:
    await documents.write(
        *(Delete(event_path("ana", f"e{n}")) for n in range(1, 5)),
        Delete(head_path("ana")),
        Delete(header_path("ana")),
    )
    assert (await states(documents, folder))["ana"] == "gone"


async def test_an_anchored_event_with_the_right_hash_and_other_content_is_changed(
    documents: Documents, folder: Objects, anchored: Made
) -> None:
    await documents.merge(event_path("ana", "e4"), {"reason": "OTHER"})
    assert (await states(documents, folder))["ana"] == "changed"


async def test_retention_past_the_anchored_end_is_no_damage_after_seven_years_and_is_before(
    documents: Documents, folder: Objects, anchored: Made
) -> None:
    log = AuditLogStore(documents)
    await log.append("ana", event(5, timestamp="2030-01-01T00:00:00.000Z"))
    assert await log.trim("ana", "2027") == 4
    assert (await states(documents, folder, YEARS_LATER))["ana"] == "trimmed"
    assert (await states(documents, folder, NOW + 6 * 365 * DAY_MS))["ana"] == "trimmed_early"
    await documents.merge(head_path("ana"), {"start_hash": "0" * 64})
    assert (await states(documents, folder, YEARS_LATER))["ana"] == "changed"


@pytest.mark.parametrize("after", ["the chain went on", "the chain began anew"])
async def test_a_forgotten_person_with_a_proof_is_no_damage(
    documents: Documents, folder: Objects, anchored: Made, after: str
) -> None:
    """A prova é o evento mais antigo do que resta, quer a cadeia continue, quer recomece."""
    log = AuditLogStore(documents)
    proof = AuditEvent("forgotten", "2026-02-01T00:00:00.000Z", "SYSTEM", FORGOTTEN)
    if after == "the chain began anew":
        removed = [Delete(event_path("ana", f"e{n}")) for n in range(1, 5)]
        await documents.write(*removed, Delete(head_path("ana")), Delete(header_path("ana")))
        await log.append("ana", proof)
    else:
        await log.append("ana", proof)
        assert await log.trim("ana", proof.timestamp) == 4
    assert (await log.verify("ana")).intact
    assert (await states(documents, folder))["ana"] == "forgotten"
    await documents.merge(event_path("ana", "forgotten"), {"reason": "FORGED"})
    assert (await states(documents, folder))["ana"] != "forgotten"


async def test_a_changed_anchor_another_key_or_a_missing_part_is_refused(
    documents: Documents, folder: Objects, anchored: Made
) -> None:
    public = public_key(SEED)
    assert await refusal(folder, public_key(OTHER_SEED)) == "anchor_forged"
    content = await bytes_of(folder, anchor_path(DAY))
    await put(folder, anchor_path(DAY), content.replace(b'"seq":4', b'"seq":3', 1))
    assert await refusal(folder, public) == "anchor_forged"
    await put(folder, anchor_path(DAY), content)
    await check_seal(folder, DAY, public)
    resealed = sealed(OTHER_SEED, DAY, anchored.sha256)
    claims = Seal(DAY, anchored.sha256, resealed.public_key, "not base64")
    for seal in (msgspec.json.encode(resealed), msgspec.json.encode(claims), b"{", b"{}"):
        await put(folder, seal_path(DAY), seal)
        assert await refusal(folder, public) == "anchor_forged"
    await folder.delete(seal_path(DAY))
    assert await refusal(folder, public) == "anchor_unsigned"
    await folder.delete(anchor_path(DAY))
    assert await refusal(folder, public) == "anchor_missing"


async def test_an_anchor_is_never_replaced(documents: Documents, folder: Objects, anchored: Made) -> None:
    before = await bytes_of(folder, anchor_path(DAY)), await bytes_of(folder, seal_path(DAY))
    await AuditLogStore(documents).append("ana", event(5))
    assert await make_anchor(documents, folder, DAY, OTHER_SEED, NOW + 1) is None
    assert (await bytes_of(folder, anchor_path(DAY)), await bytes_of(folder, seal_path(DAY))) == before


async def test_two_makers_at_once_leave_one_anchor_that_is_signed(
    documents: Documents, folder: Objects
) -> None:
    await documents.write(Create(header_path("ana"), {"user_key": "ana"}))
    await AuditLogStore(documents).append("ana", event(1))
    await asyncio.gather(*(make_anchor(documents, folder, DAY, SEED, NOW + n) for n in range(3)))
    await check_seal(folder, DAY, public_key(SEED))
    assert await states(documents, folder) == {"ana": "kept"}


async def test_a_chain_without_a_readable_end_is_told_and_stops_no_other(
    documents: Documents, folder: Objects
) -> None:
    for person in PEOPLE:
        await documents.write(Create(header_path(person), {"user_key": person}))
        await AuditLogStore(documents).append(person, event(1))
    await documents.write(Delete(head_path("ana")), Set(head_path("bia"), {"seq": "many"}))
    made = await make_anchor(documents, folder, DAY, SEED, NOW)
    assert made is not None
    assert (made.chains, made.headless) == (1, ("ana", "bia"))
