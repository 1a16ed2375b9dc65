"""Um CRM de laço local, que confere a assinatura como o manual ensina: com o trecho de `docs/handoff.md`."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from aiohttp import web

from consumers.handoff_post import HandoffPost
from pyloto_stream.conversation.person import LeadProfile
from pyloto_stream.conversation.records import HandoffReady, HandoffRecord
from pyloto_stream.streams.model import Turn
from tests.support.records import T0, USER
from tests.support.repository import ROOT

SECRET = "a-secret-of-the-receiver"
PHONE = "5541988887777"
PATH = "/hooks/path-secret"
Script = Callable[[web.Request], Awaitable[web.StreamResponse]]


def snippet(language: str, holding: str) -> str:
    """O trecho de código do manual que contém `holding`."""
    page = (ROOT / "docs" / "handoff.md").read_text("utf-8")
    (found,) = [code for code in re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL) if holding in code]
    return str(found)


def taught(holding: str, name: str) -> Callable[..., Any]:
    """A função `name` do manual, executada como está."""
    place: dict[str, Any] = {}
    exec(snippet("python", holding), place)  # noqa: S102 — é o próprio manual
    function: Callable[..., Any] = place[name]
    return function


class Posted(msgspec.Struct, frozen=True):
    """Um POST que chegou inteiro. `genuine`: o manual o reconhece."""

    path: str
    delivery: str
    genuine: bool
    body: dict[str, Any]


class Crm:
    """`script` decide cada resposta depois de guardado o pedido; `release` solta quem ficou em silêncio."""

    def __init__(self) -> None:
        self.url = ""
        self.script: Script | None = None
        self.head: Script | None = None
        self.posts: list[Posted] = []
        self.others: list[str] = []
        self.release = asyncio.Event()
        self._genuine = taught("is_genuine", "is_genuine")

    @property
    def ids(self) -> list[str]:
        """Os ids recebidos, na ordem, com repetições."""
        return [post.delivery for post in self.posts]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Guarda e responde."""
        if request.method != "POST":
            self.others.append(request.method)
            return await self.head(request) if self.head else web.Response(status=405)
        body = await request.read()
        genuine = self._genuine(SECRET.encode(), request.headers, body)
        delivery = request.headers["X-Pyloto-Delivery"]
        self.posts.append(Posted(request.path, delivery, genuine, json.loads(body)))
        return await self.script(request) if self.script else web.Response(status=204)

    async def silence(self, _request: web.Request) -> web.StreamResponse:
        """Roteiro: recebe e não responde."""
        await self.release.wait()
        return web.Response()

    async def hang_up(self, request: web.Request) -> web.StreamResponse:
        """Roteiro: recebe, e a conexão cai antes da resposta."""
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    def post(self, **options: Any) -> HandoffPost:  # noqa: ANN401 — os do construtor
        """O cliente, apontado para cá."""
        return HandoffPost(self.url + PATH, SECRET.encode(), **options)


@asynccontextmanager
async def crm_server() -> AsyncIterator[Crm]:
    """Atende até o fim do bloco."""
    crm = Crm()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", crm.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    crm.url = f"http://{host}:{port}"
    try:
        yield crm
    finally:
        crm.release.set()
        await runner.cleanup()


def answer(status: int, **headers: str) -> Script:
    """Roteiro: responde sempre isto."""

    async def script(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, headers=headers, text="segredo do cliente")

    return script


def ready(number: int = 1, **changes: object) -> HandoffReady:
    """Uma entrega pronta para sair."""
    record = HandoffRecord(
        id=f"s{number}:handoff",
        session_id=f"s{number}",
        at_ms=T0,
        intent_primary="CUSTOM_SOFTWARE",
        intents_detected=("CUSTOM_SOFTWARE", "INSTITUTIONAL"),
        open_intents=("CUSTOM_SOFTWARE",),
        summary="Projeto: sistema de estoque",
        requirements={"city": "Curitiba", "name": "Ana Souza"},
        routing="projetos",
        confidence=0.9,
        qualification_level="high",
        qualification_reasons=("Os dados principais foram informados.",),
        lead_score=80,
    )
    profile = LeadProfile("Ana Souza", PHONE, "Curitiba", is_business=True, business_name="Padaria Sol")
    return HandoffReady(msgspec.structs.replace(record, **changes), profile, f"c{number}")


def turn(*events: HandoffReady, raw: bytes = b"") -> Turn:
    """Um turno da faixa `handoff`."""
    return Turn(
        partition=0, entry_id="1-0", lane="handoff", stage="handoff", conversation=USER, number=7,
        events=raw or msgspec.json.encode(list(events)), state=b"", payload=b"", mode="", failures=0,
        snoozes=0, now_ms=T0,
    )  # fmt: skip
