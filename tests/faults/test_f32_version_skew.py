"""F32: trabalhadores de duas versões ao mesmo tempo: o que um não lê espera pelo outro, e nada se perde."""

import signal

import msgspec
import pytest

from consumers.pipeline import LANES, STAGES
from pyloto_stream.streams.accept import AcceptOptions, Acceptor
from pyloto_stream.streams.model import Item
from pyloto_stream.streams.status import inspect
from tests.faults.harness.campaign import Campaign
from tests.faults.harness.load import people, talk
from tests.faults.harness.run import Run


@pytest.mark.timeout(600)
async def test_i1_i6_tokens_of_a_newer_version_wait_for_a_worker_that_reads_them(faults: Campaign) -> None:
    async def scenario(run: Run) -> None:
        await run.open()
        old, new = run.post(script="older"), run.post(script="newer")
        await old.child.up()
        await new.child.up()
        await talk(run)

    await faults.run("F32", scenario, quick=1, full=20)


@pytest.mark.timeout(600)
async def test_i1_i6_an_older_worker_alone_parks_what_it_cannot_read(faults: Campaign) -> None:
    async def scenario(run: Run) -> None:
        await run.open()
        first = run.post(STAGES[:1], script="newer")
        run.post(STAGES[1:], script="older")
        everyone = people(run, 4)
        for person in everyone:
            assert await person.say("oi").accepted()
        await run.until(lambda: run.counts["snoozed"] > 8, what="tokens that nobody reads")
        assert (await inspect(run.gateway, STAGES)).parked > 0
        assert not run.meta.sent
        assert first.child.code is None
        run.post(script="newer")
        await run.quiet()
        assert all(len(person.replies) == 1 for person in everyone)

    await faults.run("F32-alone", scenario, quick=1, full=20)


@pytest.mark.timeout(600)
async def test_i1_i6_an_event_of_an_unknown_kind_waits_for_a_worker_that_knows_it(faults: Campaign) -> None:
    async def scenario(run: Run) -> None:
        await run.open()
        old = run.post(script="older")
        (person,) = people(run, 1)
        door = Acceptor(run.gateway, list(LANES.values()), AcceptOptions())
        event = msgspec.json.encode({"event": "novelty"})
        await door.accept([Item("turn", run.key(person), event, "novelty")])
        await run.until(lambda: run.counts["snoozed"], what="an event that nobody knows")
        assert await person.say("oi").accepted()
        await talk(run)
        assert not person.replies, "order: who wrote after the event waits with it"
        old.kept = False
        old.child.signal(signal.SIGTERM)
        assert await old.child.over() == 0
        run.post(script="knowing")
        await person.reply(0, 20)

    await faults.run("F32-event", scenario, quick=1, full=20)
