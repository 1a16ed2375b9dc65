"""Um cliente independente (`pywa`) que recebe os webhooks da Meta local, assinados, e conta o que entendeu.

O `pywa` responde 200 mesmo ao que não entende e só registra o erro: só o que chega a `heard` foi lido.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from pywa import handlers as known
from pywa.client import WhatsApp
from pywa.types.base_update import RawUpdate

from tests.support.simulation import APP_SECRET, NUMBER, VERIFY_TOKEN

SIGNATURE = "X-Hub-Signature-256"
WAIT_S = 10.0
Hear = Callable[[WhatsApp, object], None]
KINDS: tuple[Callable[[Hear], known.Handler[Any]], ...] = (
    known.MessageHandler,
    known.EditedMessageHandler,
    known.DeletedMessageHandler,
    known.OutgoingMessageHandler,
    known.CallbackButtonHandler,
    known.CallbackSelectionHandler,
    known.FlowCompletionHandler,
    known.MessageStatusHandler,
    known.PhoneNumberChangeHandler,
    known.CallConnectHandler,
    known.CallTerminateHandler,
    known.UserMarketingPreferencesHandler,
    known.TemplateStatusUpdateHandler,
    known.TemplateQualityUpdateHandler,
    known.TemplateCategoryUpdateHandler,
    known.RawUpdateHandler,
)


class Ears:
    """O webhook. Cada POST vira zero ou mais itens em `heard`, e por fim o próprio POST, cru."""

    def __init__(self) -> None:
        self.url = ""
        self.last: dict[str, Any] = {}
        self.heard: asyncio.Queue[object] = asyncio.Queue()
        self._turn = asyncio.Lock()
        self._loop = asyncio.get_running_loop()
        self._peer = WhatsApp(server=None, phone_id=NUMBER, verify_token=VERIFY_TOKEN, app_secret=APP_SECRET)
        for kind in KINDS:
            self._peer.add_handlers(kind(self._hear))

    async def understood(self) -> list[object]:
        """O que o próximo POST quis dizer; vazio: nada que o `pywa` conheça.

        `last` guarda esse POST, como documento.

        Raises:
            TimeoutError: não chegou POST.
        """
        told: list[object] = []
        async with asyncio.timeout(WAIT_S):
            while not isinstance(item := await self.heard.get(), RawUpdate):
                told.append(item)
        self.last = item
        return told

    async def receive(self, request: web.Request) -> web.Response:
        """Confere a assinatura e lê, ambos pelo `pywa`."""
        body = await request.read()
        refusal = self._peer.webhook_update_validator(body, request.headers.get(SIGNATURE))
        if refusal is not None:
            return web.Response(text=refusal[0], status=refusal[1])
        return web.Response(status=await self.read(body))

    async def read(self, body: bytes) -> int:
        """Lê um corpo já conferido; devolve o status da resposta."""
        # um por vez: o que se entendeu de um POST vem junto, antes dele cru
        async with self._turn:
            _, status = await asyncio.to_thread(self._peer.webhook_update_handler, body)
        return status

    async def challenge(self, request: web.Request) -> web.Response:
        """A verificação da Meta, respondida pelo `pywa`."""
        query = request.query
        text, status = self._peer.webhook_challenge_handler(query["hub.verify_token"], query["hub.challenge"])
        return web.Response(text=text, status=status)

    def _hear(self, _peer: WhatsApp, update: object) -> None:
        self._loop.call_soon_threadsafe(self.heard.put_nowait, update)


@asynccontextmanager
async def ears() -> AsyncIterator[Ears]:
    """Um `Ears` numa porta livre do laço local."""
    opened = Ears()
    app = web.Application(client_max_size=4 * 1024 * 1024)
    app.router.add_post("/", opened.receive)
    app.router.add_get("/", opened.challenge)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    opened.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    try:
        yield opened
    finally:
        await runner.cleanup()
