import pytest
from aiohttp import ClientSession

from ingress.app import create_public_app
from ingress.config import IngressConfig
from tests.support.ingress import VERIFY_TOKEN, Recorder, Tally, served

PATH = "/webhooks/whatsapp"
GOOD = {"hub.mode": "subscribe", "hub.verify_token": VERIFY_TOKEN, "hub.challenge": "1158201444"}


@pytest.mark.parametrize("challenge", ["1158201444", "a", "Ab_-9", "x" * 256])
async def test_challenge_comes_back_exactly(url: str, http: ClientSession, challenge: str) -> None:
    async with http.get(url + PATH, params=GOOD | {"hub.challenge": challenge}) as answer:
        assert (answer.status, await answer.text()) == (200, challenge)
        assert answer.content_type == "text/plain"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("absent", sorted(GOOD))
async def test_missing_parameter_is_a_bad_request(url: str, http: ClientSession, absent: str) -> None:
    params = {key: value for key, value in GOOD.items() if key != absent}
    async with http.get(url + PATH, params=params) as answer:
        assert (answer.status, await answer.json()) == (400, {"error": "missing_parameter"})


@pytest.mark.parametrize(
    "wrong",
    [
        {"hub.verify_token": "other"},
        {"hub.verify_token": ""},
        {"hub.verify_token": VERIFY_TOKEN + "x"},
        {"hub.verify_token": "ção\ud7ff"},
        {"hub.mode": "unsubscribe"},
    ],
)
async def test_wrong_token_or_mode_is_forbidden(url: str, http: ClientSession, wrong: dict[str, str]) -> None:
    async with http.get(url + PATH, params=GOOD | wrong) as answer:
        assert (answer.status, await answer.json()) == (403, {"error": "wrong_token"})


@pytest.mark.parametrize("challenge", ["", "x" * 257, "<script>", "a b", "1\n", "é"])
async def test_challenge_that_could_be_something_else_is_not_echoed(
    url: str, http: ClientSession, challenge: str
) -> None:
    async with http.get(url + PATH, params=GOOD | {"hub.challenge": challenge}) as answer:
        assert (answer.status, await answer.json()) == (400, {"error": "bad_challenge"})


async def test_bytes_that_are_no_text_are_just_a_wrong_token(url: str, http: ClientSession) -> None:
    query = "?hub.mode=subscribe&hub.verify_token=%FF%ED%A0%80&hub.challenge=1"
    async with http.get(url + PATH + query) as answer:
        assert answer.status == 403


async def test_without_a_configured_token_nobody_is_verified(
    http: ClientSession, recorder: Recorder, tally: Tally
) -> None:
    config = IngressConfig(verify_token="", webhook_secrets=(b"s",), pepper=b"p")
    async with (
        served(create_public_app(config, recorder, tally)) as url,
        http.get(url + PATH, params=GOOD | {"hub.verify_token": ""}) as answer,
    ):
        assert answer.status == 403


async def test_other_methods_are_not_allowed(url: str, http: ClientSession) -> None:
    async with http.put(url + PATH) as answer:
        assert (answer.status, await answer.json()) == (405, {"error": "method_not_allowed"})
        assert answer.headers["Allow"] == "GET,POST"
