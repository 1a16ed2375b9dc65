"""Um simulador de relógio na mão, sem webhook, e quem fala com ele por HTTP como a empresa falaria."""

from io import BytesIO

import aiohttp
import msgspec

from pyloto_stream.simulator.app import Simulator
from pyloto_stream.simulator.config import SimulatorConfig
from tests.support.simulation import CONFIG, NUMBER

Json = dict[str, object]


class _Error(msgspec.Struct):
    code: int


class _Refusal(msgspec.Struct):
    error: _Error


class Hands:
    """As mãos de quem chama a Graph; `now_ms` é o relógio do simulador, em ms."""

    def __init__(self, http: aiohttp.ClientSession, config: SimulatorConfig = CONFIG) -> None:
        self.http = http
        self.now_ms = 1_700_000_000_000
        self.simulator = Simulator(config, clock=lambda: self.now_ms, monotonic=lambda: self.now_ms / 1000)
        self.url = ""

    async def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        token: str = "",
        form: dict[str, str] | None = None,
    ) -> tuple[int, Json]:
        """Uma chamada a `/v24.0/{path}`; `body` vai em JSON."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with self.http.request(
            method, f"{self.url}/v24.0/{path}", json=body, data=form, headers=headers
        ) as answer:
            return answer.status, await answer.json()

    async def send(self, person: str, kind: str, content: object, number: str = NUMBER) -> tuple[int, Json]:
        """Um envio de tipo `kind`."""
        message = {"messaging_product": "whatsapp", "to": f"+{person}", "type": kind, kind: content}
        return await self.call("POST", f"{number}/messages", message)

    async def upload(
        self, data: bytes, mime: str, *, kind: str | None = None, product: str = "whatsapp"
    ) -> tuple[int, Json]:
        """Sobe um arquivo."""
        form = aiohttp.FormData()
        form.add_field("messaging_product", product)
        form.add_field("type", mime if kind is None else kind)
        form.add_field("file", BytesIO(data), filename="a.bin", content_type=mime)
        async with self.http.post(f"{self.url}/v24.0/{NUMBER}/media", data=form) as answer:
            return answer.status, await answer.json()

    async def refused(self, data: bytes, mime: str) -> int:
        """Sobe um arquivo que não pode; o código da recusa."""
        status, document = await self.upload(data, mime)
        assert status == 400
        return code(document)

    async def resolve(self, media_id: str, query: str = "") -> tuple[int, Json]:
        """O que a Graph diz do arquivo."""
        async with self.http.get(f"{self.url}/v24.0/{media_id}{query}") as answer:
            return answer.status, await answer.json()

    async def download(self, url: object) -> tuple[int, bytes]:
        """Os bytes."""
        async with self.http.get(str(url)) as answer:
            return answer.status, await answer.read()


def code(document: Json) -> int:
    """O código de uma recusa."""
    return msgspec.convert(document, _Refusal).error.code
