"""O que fica no log de uma entrega: rota, código, tempo, contagens; nada de quem escreveu ou do que disse."""

import hmac
import io

import msgspec
import pytest
from aiohttp import ClientSession

from ingress import admin, webhook
from ingress.app import create_admin_app, create_public_app
from pyloto_stream.errors import UnavailableError
from pyloto_stream.observability.metrics import Metrics
from pyloto_stream.whatsapp import signature
from pyloto_stream.whatsapp.signature import sign
from tests.support import webhooks as meta
from tests.support.ingress import ADMIN_TOKEN, CONFIG, SECRET, VERIFY_TOKEN, Recorder, Tally, served

PATH = "/webhooks/whatsapp"
SECRETS_OF_A_PERSON = (meta.PHONE, meta.BSUID, "wamid", "segredo", "Ana", meta.NUMBER)


async def post(http: ClientSession, url: str, body: bytes, secret: bytes = SECRET) -> int:
    headers = {
        "Content-Type": "application/json",
        "X-Correlation-ID": "c1",
        "X-Hub-Signature-256": sign(secret, body),
    }
    async with http.post(
        url + PATH + f"?from={meta.PHONE}", data=io.BytesIO(body), headers=headers
    ) as answer:
        return answer.status


def of_request(lines: list[dict[str, object]]) -> dict[str, object]:
    """A única linha `request`, sem o que muda a cada vez."""
    (line,) = [line for line in lines if line["event"] == "request"]
    assert isinstance(line["duration_ms"], float)
    return {
        name: value for name, value in line.items() if name not in {"ts", "duration_ms", "process", "event"}
    }


async def test_delivery_is_one_line_of_detail_with_what_was_new_and_what_was_not(
    url: str, http: ClientSession, recorder: Recorder, lines: list[dict[str, object]]
) -> None:
    assert await post(http, url, meta.body(meta.text("wamid.A", "segredo"))) == 200
    lines.clear()
    body = meta.body(meta.text("wamid.A", "segredo"), meta.text("wamid.B"), statuses=[meta.status()])
    assert await post(http, url, body) == 200
    assert len(recorder.offers) == 3
    assert of_request(lines) == {
        "level": "DEBUG", "correlation_id": "c1", "method": "POST", "route": PATH, "status": 200,
        "duplicate": 1, "new": 2,
    }  # fmt: skip


async def test_refusal_by_the_runtime_says_how_much_was_offered(
    url: str, http: ClientSession, recorder: Recorder, lines: list[dict[str, object]]
) -> None:
    recorder.error = UnavailableError(code="redis_unavailable")
    assert await post(http, url, meta.body(meta.text(), meta.text("wamid.B"))) == 503
    assert of_request(lines) == {
        "level": "WARNING", "correlation_id": "c1", "method": "POST", "route": PATH, "status": 503,
        "offered": 2,
    }  # fmt: skip
    (why,) = [line for line in lines if line["event"] == "webhook not taken"]
    assert (why["code"], why["correlation_id"]) == ("redis_unavailable", "c1")


@pytest.mark.parametrize(
    "strange", [None, {"id": None, "text": "segredo"}, meta.typed("poll", {"q": "segredo"})]
)
@pytest.mark.parametrize("secret", [SECRET, b"wrong"])
async def test_nothing_personal_is_written_whatever_comes(
    url: str, http: ClientSession, lines: list[dict[str, object]], strange: meta.Json, secret: bytes
) -> None:
    body = meta.body(meta.text("wamid.A", "segredo"), strange, statuses=[meta.status()])
    assert await post(http, url, body, secret) == (200 if secret == SECRET else 403)
    assert lines
    assert not [word for word in SECRETS_OF_A_PERSON if word in str(lines)]


async def test_nothing_personal_is_published(http: ClientSession) -> None:
    metrics = Metrics()
    async with (
        served(create_public_app(CONFIG, Recorder(), metrics)) as url,
        served(create_admin_app(CONFIG, metrics.registry, metrics)) as private,
    ):
        await post(http, url, meta.body(meta.text("wamid.A", "segredo"), None))
        async with http.get(url + f"/{meta.PHONE}"):
            pass
        async with http.get(private + "/metrics") as answer:
            page = await answer.text()
    assert 'pyloto_updates_total{kind="unreadable",result="new"} 1.0' in page
    assert 'pyloto_http_requests_total{route="unmatched",status="404"} 1.0' in page
    assert not [word for word in SECRETS_OF_A_PERSON if word in page]


class TestConstantTime:
    """Todo segredo é comparado por `hmac.compare_digest`, e todos os da rotação, sirva um ou nenhum."""

    @pytest.fixture(autouse=True)
    def compared(self, monkeypatch: pytest.MonkeyPatch) -> list[object]:
        seen: list[object] = []
        true = hmac.compare_digest

        def compare(a: str, b: str) -> bool:
            seen.append(b)
            return true(a, b)

        for module in (signature, webhook, admin):
            assert module.hmac is hmac
        monkeypatch.setattr(hmac, "compare_digest", compare)
        return seen

    @pytest.mark.parametrize(("secret", "status"), [(b"one", 200), (b"three", 200), (b"none", 403)])
    async def test_signature(
        self, http: ClientSession, tally: Tally, compared: list[object], secret: bytes, status: int
    ) -> None:
        config = msgspec.structs.replace(CONFIG, webhook_secrets=(b"one", b"two", b"three"))
        async with served(create_public_app(config, Recorder(), tally)) as url:
            assert await post(http, url, meta.body(meta.text()), secret) == status
        assert len(compared) == 3

    async def test_verify_token(self, url: str, http: ClientSession, compared: list[object]) -> None:
        query = {"hub.mode": "subscribe", "hub.verify_token": "x", "hub.challenge": "1"}
        async with http.get(url + PATH, params=query) as answer:
            assert answer.status == 403
        assert compared == [VERIFY_TOKEN.encode()]

    async def test_operator_token(self, http: ClientSession, tally: Tally, compared: list[object]) -> None:
        headers = {"Host": "evil.example", "Authorization": "Bearer x"}
        async with (
            served(create_admin_app(CONFIG, Metrics().registry, tally)) as url,
            http.get(url + "/metrics", headers=headers) as answer,
        ):
            assert answer.status == 401
        assert compared == [ADMIN_TOKEN.encode()]
