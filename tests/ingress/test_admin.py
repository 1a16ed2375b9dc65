from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import ClientSession
from prometheus_client import CollectorRegistry, Counter

from ingress import admin
from ingress.app import create_admin_app
from ingress.process import probes
from tests.support.ingress import ADMIN_TOKEN, CONFIG, Recorder, Tally, served


@pytest_asyncio.fixture
async def private(tally: Tally) -> AsyncIterator[str]:
    registry = CollectorRegistry()
    Counter("messages", "Messages", registry=registry).inc(3)
    async with served(create_admin_app(CONFIG, registry, tally)) as address:
        yield address


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Faz o endereço de quem pede, que num teste é sempre 127.0.0.1, valer como de fora."""
    own = admin._loopback
    monkeypatch.setattr(admin, "_loopback", lambda address: address != "127.0.0.1" and own(address))


async def test_metrics_are_prometheus_text(private: str, http: ClientSession, tally: Tally) -> None:
    async with http.get(private + "/metrics") as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith("text/plain; version=")
        assert "messages_total 3.0" in await answer.text()
    assert tally.answered == [("/metrics", 200)]


@pytest.mark.parametrize("host", ["127.0.0.1:9090", "localhost", "[::1]:9090", "127.3.2.1"])
async def test_this_machine_needs_no_token(private: str, http: ClientSession, host: str) -> None:
    async with http.get(private + "/metrics", headers={"Host": host}) as answer:
        assert answer.status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "10.0.0.7:9090"},
        {"Host": "localhost.evil.example"},
        {"Host": "[bad"},
        {"Host": "localhost:bad"},
        {"X-Forwarded-For": "127.0.0.1"},
        {"Forwarded": "for=127.0.0.1"},
        {"X-Real-IP": "127.0.0.1"},
    ],
)
async def test_what_may_come_from_elsewhere_needs_the_token(
    private: str, http: ClientSession, headers: dict[str, str]
) -> None:
    async with http.get(private + "/metrics", headers=headers) as answer:
        assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    allowed = headers | {"Authorization": f"Bearer {ADMIN_TOKEN}"}
    async with http.get(private + "/metrics", headers=allowed) as answer:
        assert answer.status == 200


@pytest.mark.usefixtures("outside")
class TestOutside:
    @pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
    async def test_token_opens(self, private: str, http: ClientSession, scheme: str) -> None:
        headers = {"Authorization": f"{scheme} {ADMIN_TOKEN}"}
        async with http.get(private + "/metrics", headers=headers) as answer:
            assert answer.status == 200

    @pytest.mark.parametrize(
        "authorization",
        [None, "", "Bearer", "Bearer ", "Bearer wrong", f"Basic {ADMIN_TOKEN}", ADMIN_TOKEN, "Bearer é"],
    )
    async def test_anything_else_does_not(
        self, private: str, http: ClientSession, authorization: str | None
    ) -> None:
        headers = {} if authorization is None else {"Authorization": authorization}
        for path in ("/metrics", "/nowhere"):
            async with http.get(private + path, headers=headers) as answer:
                assert (answer.status, await answer.json()) == (401, {"error": "token_required"})

    async def test_probes_need_no_token_so_a_pod_can_be_probed_by_its_address(
        self, http: ClientSession, tally: Tally, recorder: Recorder
    ) -> None:
        app = create_admin_app(CONFIG, CollectorRegistry(), tally, routes=probes(recorder))
        async with served(app) as url:
            for path in ("/health", "/ready"):
                async with http.get(url + path) as answer:
                    assert answer.status == 200
            async with http.get(url + "/metrics") as answer:
                assert answer.status == 401

    async def test_without_a_configured_token_nobody_enters(self, http: ClientSession, tally: Tally) -> None:
        config = CONFIG.__class__(verify_token="v", webhook_secrets=(b"s",), pepper=b"p")
        async with served(create_admin_app(config, CollectorRegistry(), tally)) as url:
            for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer"}):
                async with http.get(url + "/metrics", headers=headers) as answer:
                    assert answer.status == 401
