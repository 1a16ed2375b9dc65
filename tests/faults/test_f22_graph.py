"""F22: a Graph que aceita e cai, demora, erra, recusa, fala errado, e conta os status como bem entende.

Cada resposta chega uma vez. Repetida, só a que a Meta aceitou sem dizer, e de que nunca deu notícia: essa é
contada, e a conta bate com o que ela recebeu.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable

import pytest
from aiohttp import web

from pyloto_stream.simulator.faults import Fault, Planned
from pyloto_stream.simulator.people import StatusName
from tests.faults.harness.campaign import Campaign
from tests.faults.harness.load import talk
from tests.faults.harness.run import Run

Statuses = tuple[StatusName, ...]
REFUSALS = {
    "cut-accepted": Fault("cut", accepted=True),
    "cut-unseen": Fault("cut"),
    "hang-accepted": Fault("hang", accepted=True),
    "hang-unseen": Fault("hang"),
    "500-accepted": Fault("error", status=500, accepted=True),
    "503-unseen": Fault("error", status=503),
    "130429": Fault("error", code=130429, status=400),
    "late": Fault("delay", delay_ms=300),
    "131056": Fault("error", code=131056, status=400),  # a Meta pede seis segundos: só na dose inteira
}
STATUSES: dict[str, Statuses] = {
    "twice": ("sent", "sent", "delivered", "delivered"),
    "backwards": ("read", "delivered", "sent"),
    "failed": ("failed",),
    "only-read": ("read",),
}
Answer = Callable[[web.Request, web.Response], Awaitable[web.StreamResponse]]


def _some(run: Run, fault: Fault) -> Planned:
    """`fault` nalgumas chamadas, não na primeira sempre."""
    times, skip = run.rng.randint(1, 3), run.rng.randint(0, 5)
    given = {name: getattr(fault, name) for name in fault.__struct_fields__}
    return run.meta.faults.add(Fault(**{**given, "times": times, "skip": skip}))


@pytest.mark.timeout(900)
async def test_i4_however_the_graph_api_fails_each_reply_arrives_once(faults: Campaign) -> None:
    cases = list(REFUSALS.items())

    async def scenario(run: Run) -> None:
        name, fault = cases[run.number % len(cases)]
        run.note(name)
        await run.open(STAGE_TIMEOUT="1")
        _some(run, fault)
        run.post()
        await talk(run)

    await faults.run("F22", scenario, quick=len(cases) - 1, full=30 * len(cases))


@pytest.mark.timeout(900)
async def test_i4_however_statuses_come_each_reply_arrives_once(faults: Campaign) -> None:
    cases = list(STATUSES.items())

    async def scenario(run: Run) -> None:
        name, statuses = cases[run.number % len(cases)]
        run.note(name)
        await run.open()
        _some(run, REFUSALS["cut-accepted"])
        run.post()
        await talk(run, statuses=statuses, patient=False)

    await faults.run("F22-statuses", scenario, quick=len(cases), full=15 * len(cases))


@pytest.mark.timeout(900)
async def test_i4_a_status_that_never_comes_resends_after_the_window_and_is_counted(faults: Campaign) -> None:
    async def scenario(run: Run) -> None:
        await run.open(SETTLE_WINDOW="0.3")
        _some(run, REFUSALS["cut-accepted"])
        run.post()
        await talk(run, statuses=())
        await run.quiet()
        times = Counter(message.reply_id for message in run.meta.sent)
        repeated = sum(times.values()) - len(times)
        assert repeated == run.counts["resent"] > 0, f"{repeated} came twice, {run.counts} were counted"

    row = await faults.run("F22-never", scenario, quick=2, full=60)
    assert row.in_doubt > 0 or row.runs == 0


@pytest.mark.timeout(900)
async def test_i4_an_answer_that_says_nothing_is_settled_by_the_status(faults: Campaign) -> None:
    cases = [("garbage", _garbage), ("drip", _drip), ("status first", _status_first)]

    async def scenario(run: Run) -> None:
        name, answer = cases[run.number % len(cases)]
        run.note(name)
        await run.open(STAGE_TIMEOUT="1")
        _answer(run, answer)
        _some(run, Fault("delay", delay_ms=1))
        run.post()
        await talk(run)

    await faults.run("F22-answers", scenario, quick=len(cases), full=20 * len(cases))


@pytest.mark.timeout(900)
async def test_i4_outside_the_window_a_reply_is_dropped_and_told(faults: Campaign) -> None:
    async def scenario(run: Run) -> None:
        await run.open()
        refused = _some(run, Fault("error", code=131047, status=400))
        run.post()
        await talk(run, patient=False)
        await run.quiet()
        assert run.counts["dropped"] == refused.hits > 0

    await faults.run("F22-131047", scenario, quick=1, full=30)


def _answer(run: Run, answer: Answer) -> None:
    """Nas chamadas com defeito, a Graph aceita e responde com `answer`."""
    graph = run.meta._graph

    async def misbehave(
        request: web.Request, _fault: Fault, document: object, at_s: float
    ) -> web.StreamResponse:
        return await answer(request, graph._perform(document, at_s))

    graph._misbehave = misbehave  # type: ignore[method-assign,assignment] # a Graph desta rodada fala assim


async def _garbage(_request: web.Request, _answer: web.Response) -> web.StreamResponse:
    return web.Response(text='{"messages": [', content_type="application/json")


async def _drip(request: web.Request, answer: web.Response) -> web.StreamResponse:
    assert isinstance(answer.body, bytes)
    dripping = web.StreamResponse(headers={"Content-Type": "application/json"})
    dripping.content_length = len(answer.body)
    await dripping.prepare(request)
    for byte in answer.body[:40]:
        await dripping.write(bytes([byte]))
        await asyncio.sleep(0.05)
    await dripping.write(answer.body[40:])
    return dripping


async def _status_first(_request: web.Request, answer: web.Response) -> web.StreamResponse:
    await asyncio.sleep(0.2)
    return answer
