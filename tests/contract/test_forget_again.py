"""Quem esquece outra vez, porque alguém parou a meio ou a pessoa voltou, termina e não leva o que é novo."""

import pytest

from pyloto_stream.errors import LostError
from pyloto_stream.stores.objects import Objects
from pyloto_stream.stores.ports import Documents
from pyloto_stream.stores.trail import AuditTrail
from tests.contract.test_forget import proven, two
from tests.support.erasure import ASKED, LATE, Eraser, file_of, put
from tests.support.records import USER, inbound, media
from tests.support.retained import paths


async def test_a_file_she_sends_again_after_the_cut_stays_and_one_she_does_not_goes(
    documents: Documents, objects: Objects
) -> None:
    await two(documents, objects)
    await put(objects, file_of(LATE), "em mãos no corte")

    async def send_again() -> None:
        await put(objects, file_of(LATE), "de novo")
        await AuditTrail(documents).record(USER, [inbound(7), media(7, sha256=LATE)], None, 10)

    await Eraser(documents, objects, told=(LATE,)).run(between=send_again)
    assert file_of(LATE) in await paths(objects)
    await Eraser(documents, objects, number=30, told=(LATE,)).run()
    assert file_of(LATE) not in await paths(objects)


async def test_who_stopped_between_the_passes_is_waited_for_and_ended(
    documents: Documents, objects: Objects
) -> None:
    await two(documents, objects)
    stopped = await Eraser(documents, objects).use_case.first(USER, ASKED)
    assert stopped is not None
    again = Eraser(documents, objects, number=20, erased=0)
    pending = await again.use_case.first(USER, ASKED)
    assert pending is not None
    assert (stopped.busy, pending.busy) == (True, True)
    await again.use_case.again(pending, ASKED)
    await proven(documents)
    ended = await Eraser(documents, objects, number=21, erased=0).use_case.first(USER, ASKED)
    assert ended is not None
    assert not ended.busy


async def test_an_export_of_another_version_goes_too(documents: Documents, objects: Objects) -> None:
    await two(documents, objects)
    await documents.merge("exports/zk3_u2", {"format": "pdf", "status": "RUNNING"})
    await Eraser(documents, objects).run()
    await proven(documents)
    assert "exports/zk3_u2.txt" not in await paths(objects)


async def test_a_turn_that_a_run_which_died_had_cut_brings_nothing_back(
    documents: Documents, objects: Objects
) -> None:
    await two(documents, objects)
    await Eraser(documents, objects).run()
    await Eraser(
        documents, objects, number=20, erased=0
    ).run()  # o corte foi de outro, que parou antes da cerca
    with pytest.raises(LostError):
        await AuditTrail(documents).record(USER, [inbound(6, text="abacaxi")], None, 20)
