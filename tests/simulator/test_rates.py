"""A vazão da Meta: por número, por pessoa e por hora de gestão; com o relógio na mão."""

from collections.abc import AsyncIterator

import aiohttp
import msgspec
import pytest
import pytest_asyncio

from pyloto_stream.simulator.config import RateLimits
from pyloto_stream.simulator.registry import fictional
from tests.support.local_meta import Hands, code
from tests.support.simulation import CONFIG, NUMBER

ANA, BRUNO = fictional(1), fictional(2)
Json = dict[str, object]
TEXT = {"body": "Olá"}
LIMITED = msgspec.structs.replace(
    CONFIG, rates=RateLimits(number_per_s=10, capacity=10, pair_credit=4, management_per_h=3)
)


@pytest_asyncio.fixture
async def tight(http: aiohttp.ClientSession) -> AsyncIterator[Hands]:
    """Limites pequenos, e Ana e Bruno já escreveram há um minuto."""
    hands = Hands(http, LIMITED)
    hands.url = await hands.simulator.start()
    for profile in (ANA, BRUNO):
        hands.simulator.person(profile).say("Oi")
    hands.now_ms += 60_000
    yield hands
    await hands.simulator.stop()


async def sent(hands: Hands, person: str, times: int) -> list[int]:
    """O código de cada envio; 0 se passou."""
    codes = []
    for _ in range(times):
        status, document = await hands.send(person, "text", TEXT)
        codes.append(0 if status == 200 else code(document))
    return codes


class TestPair:
    async def test_a_burst_uses_the_credit_and_then_waits_its_turn(self, tight: Hands) -> None:
        assert await sent(tight, ANA.wa_id, 6) == [0, 0, 0, 0, 131056, 131056]
        tight.now_ms += 6_000
        assert await sent(tight, ANA.wa_id, 2) == [0, 131056]

    async def test_another_person_does_not_pay_for_it(self, tight: Hands) -> None:
        await sent(tight, ANA.wa_id, 5)
        assert await sent(tight, BRUNO.wa_id, 1) == [0]

    async def test_the_refusals_are_counted(self, tight: Hands) -> None:
        await sent(tight, ANA.wa_id, 7)
        assert dict(tight.simulator.throttled) == {131056: 3}
        async with tight.http.get(f"{tight.url}/simulator/state") as answer:
            assert (await answer.json())["throttled"] == {"131056": 3}

    async def test_the_usual_credit_is_45_one_each_6_s(self) -> None:
        assert (RateLimits().pair_credit, RateLimits().pair_interval_s) == (45, 6)
        assert (RateLimits().number_per_s, RateLimits().management_per_h) == (80, 200)


class TestNumber:
    async def test_more_than_the_rate_is_130429_and_gives_the_credit_back(self, tight: Hands) -> None:
        people = [fictional(number) for number in range(10, 22)]
        for profile in people:
            tight.simulator.person(profile).say("Oi")
        tight.now_ms += 60_000
        codes = [(await sent(tight, profile.wa_id, 1))[0] for profile in people]
        assert codes == [0] * 10 + [130429] * 2
        assert await sent(tight, people[-1].wa_id, 5) == [130429] * 5
        tight.now_ms += 200
        assert await sent(tight, people[-1].wa_id, 3) == [0, 0, 130429]

    async def test_what_comes_in_counts_too(self, tight: Hands) -> None:
        for _ in range(12):
            tight.simulator.person(ANA).say("Oi")
        assert await sent(tight, BRUNO.wa_id, 1) == [130429]
        tight.now_ms += 200  # o que entrou a mais é dívida
        assert await sent(tight, BRUNO.wa_id, 1) == [130429]
        tight.now_ms += 150
        assert await sent(tight, BRUNO.wa_id, 1) == [0]

    async def test_the_status_can_be_chosen(self, http: aiohttp.ClientSession) -> None:
        rates = RateLimits(pair_credit=1, http_status=400)
        hands = Hands(http, msgspec.structs.replace(CONFIG, rates=rates))
        hands.url = await hands.simulator.start()
        hands.simulator.person(ANA).say("Oi")
        await sent(hands, ANA.wa_id, 1)
        assert (await hands.send(ANA.wa_id, "text", TEXT))[0] == 400
        await hands.simulator.stop()


class TestManagement:
    async def test_so_many_calls_an_hour(self, tight: Hands) -> None:
        path = f"{CONFIG.waba_id}/message_templates"
        for _ in range(3):
            assert (await tight.call("GET", path))[0] == 200
        assert code((await tight.call("GET", path))[1]) == 80007
        tight.now_ms += 20 * 60_000
        assert (await tight.call("GET", path))[0] == 200

    async def test_the_use_is_told_in_headers(self, tight: Hands) -> None:
        url, used = f"{tight.url}/v24.0/{NUMBER}", []
        for _ in range(4):
            async with tight.http.get(url) as answer:
                usage = msgspec.json.decode(answer.headers["X-App-Usage"], type=dict[str, int])
                cases = msgspec.json.decode(
                    answer.headers["X-Business-Use-Case-Usage"], type=dict[str, list[Json]]
                )
                used.append(usage["call_count"])
        assert used == [34, 67, 100, 100]
        (case,) = cases[CONFIG.waba_id]
        assert case["estimated_time_to_regain_access"] == 1


async def test_without_limits_nobody_is_held_and_no_header_comes(hands: Hands) -> None:
    hands.simulator.person(ANA).say("Oi")
    assert await sent(hands, ANA.wa_id, 60) == [0] * 60
    async with hands.http.get(f"{hands.url}/v24.0/{NUMBER}") as answer:
        assert "X-App-Usage" not in answer.headers
    assert not hands.simulator.throttled


@pytest.mark.parametrize("kind", ["text", "reaction"])
async def test_a_refused_message_spends_nothing(tight: Hands, kind: str) -> None:
    for _ in range(10):
        assert code((await tight.send(ANA.wa_id, kind, {}))[1]) in {131008, 131009}
    assert await sent(tight, ANA.wa_id, 4) == [0] * 4
