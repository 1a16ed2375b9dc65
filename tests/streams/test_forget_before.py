"""O que se faz antes do corte, para que quem repetir um que parou não o perca."""

import pytest

from pyloto_stream.streams.forget import forget_unread, told_by
from pyloto_stream.streams.forget_steps import Severed
from tests.support.forgetting_room import Room
from tests.support.look import snapshot


@pytest.mark.parametrize("where", ["queued", "held", "parked"])
async def test_what_a_witness_would_see_is_told_before_the_cut_and_nothing_changes(
    room: Room, where: str
) -> None:
    person = await room.person(where)
    before = await snapshot(room.url)
    told = await told_by(room.rig.gateway, ("turn", "audit"), person.key)
    assert len(told) == 4
    assert await snapshot(room.url) == before
    seen = list[Severed]()

    async def look(severed: Severed) -> None:
        seen.append(severed)
        assert sorted(await told_by(room.rig.gateway, ("turn", "audit"), person.key)) == sorted(told)

    room.clock.ms += 1
    await person.forget(witness=("turn", "audit"), behind=look)
    assert sorted(seen[0].told) == sorted(told), "and who forgets after an interrupted one sees it too"
    assert await told_by(room.rig.gateway, ("turn", "audit"), person.key) == []


async def test_what_nobody_could_read_goes_before_what_says_who_she_is(room: Room) -> None:
    """Quem morre depois do corte já não sabe como a Meta a escreve; por isso isto é antes dele."""
    other = await room.person()
    person = await room.person()
    others = len(await other.traces())
    of_hers = [trace for trace in await person.traces() if ":dead:ingress" not in trace[0]]
    assert await forget_unread(room.rig.gateway, person.key, [person.phone.encode()]) == 1
    assert await person.traces() == of_hers
    assert len(await other.traces()) == others
    assert await forget_unread(room.rig.gateway, person.key, ()) == 0
