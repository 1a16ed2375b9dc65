"""F6: o mesmo webhook vinte vezes ao mesmo tempo, em outra ordem, com um evento ruim no meio."""

import pytest

from tests.faults.harness.campaign import Campaign
from tests.faults.harness.load import lines, people
from tests.faults.harness.run import Run

COPIES, BAD = 20, {"type": "text", "text": {"body": 1}}


@pytest.mark.timeout(600)
async def test_i2_twenty_shuffled_copies_at_once_take_each_message_once(faults: Campaign) -> None:
    async def scenario(run: Run) -> None:
        await run.open()
        await run.post().child.up()
        sender, count = run.meta._sender, 10
        everyone = people(run, count)
        for text in lines(2):
            deliveries = {person.say(text) for person in everyone}
            deliveries.add(everyone[run.rng.randrange(count)].send_raw(dict(BAD)))
            run.dead["wrong_shape"] += 1
            (original,) = deliveries
            copies = [original]
            for _ in range(COPIES - 1):
                values = list(original.values)
                run.rng.shuffle(values)
                copies.append(sender._begin(values))
            for copy in copies:
                assert await copy.accepted()
            await run.quiet()

    await faults.run("F6", scenario, quick=3, full=50)
