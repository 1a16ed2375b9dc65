"""O outro lado do simulador: um webhook de verdade que confere a assinatura, e um bot de eco sobre ele.

Tudo o que chega é lido por `whatsapp/webhook.py`; o que ele não lê fica em `unreadable`, para o teste ver.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import msgspec
from aiohttp import web

from pyloto_stream.simulator.app import Simulator
from pyloto_stream.simulator.bubbles import State
from pyloto_stream.simulator.config import Pace, SimulatorConfig
from pyloto_stream.simulator.people import Person
from pyloto_stream.whatsapp.client import WhatsAppHttpClient
from pyloto_stream.whatsapp.messages import (
    Button,
    ButtonsMessage,
    CtaUrlMessage,
    ListMessage,
    Message,
    Row,
    Section,
    TextMessage,
)
from pyloto_stream.whatsapp.payloads import build
from pyloto_stream.whatsapp.signature import HEADER, Verdict, verify
from pyloto_stream.whatsapp.webhook import Batch, read
from pyloto_stream.whatsapp.webhook_updates import Message as Received
from pyloto_stream.whatsapp.webhook_updates import Status

APP_SECRET = "segredo-do-aplicativo"
TOKEN = "EAAsimulado"
VERIFY_TOKEN = "palavra-combinada"
NUMBER = "100000000000001"
LIMIT_S = 20.0
"""Quanto se espera por algo que já deveria ter acontecido."""

FAST = Pace(sent_ms=1, delivered_ms=2, read_ms=3, retry_first_ms=2, retry_max_ms=8)
"""O ritmo dos testes: tudo acontece, na mesma ordem, quase já."""

CONFIG = SimulatorConfig(
    app_secret=APP_SECRET,
    access_token=TOKEN,
    verify_token=VERIFY_TOKEN,
    phone_number_id=NUMBER,
    pace=FAST,
)


class Posted(msgspec.Struct, frozen=True):
    """Um POST que chegou e o que se respondeu."""

    body: bytes
    status: int
    content_type: str
    agent: str


class Webhook:
    """Um receptor. `answers` são os status dos próximos POSTs; acabados, 200.

    `bot` recebe cada mensagem; com `bot_first`, antes do nosso 200.
    """

    def __init__(self) -> None:
        self.url = ""
        self.posts: list[Posted] = []
        self.answers: deque[int] = deque()
        self.seen = Batch()
        self.bot: Callable[[Received], Awaitable[None]] | None = None
        self.bot_first = False
        self._news = asyncio.Event()
        self._working: set[asyncio.Task[None]] = set()

    @property
    def messages(self) -> list[Received]:
        """Mensagens de POSTs respondidos com 200, na ordem."""
        return self.seen.messages

    @property
    def statuses(self) -> list[Status]:
        """Status de POSTs respondidos com 200, na ordem."""
        return self.seen.statuses

    async def until(self, done: Callable[[], object]) -> None:
        """Espera `done`, olhado a cada novidade."""
        async with asyncio.timeout(LIMIT_S):
            while not done():
                await self._news.wait()

    async def close(self) -> None:
        """Espera o bot; a falha dele é do teste."""
        while self._working:
            await asyncio.gather(*self._working)

    async def challenge(self, request: web.Request) -> web.Response:
        """A verificação da Meta."""
        if request.query.get("hub.verify_token") != VERIFY_TOKEN:
            return web.Response(status=403)
        return web.Response(text=request.query["hub.challenge"])

    async def receive(self, request: web.Request) -> web.Response:
        """Confere, lê, guarda e responde."""
        body = await request.read()
        status = self.answers.popleft() if self.answers else 200
        if verify([APP_SECRET.encode()], body, request.headers.get(HEADER)) is not Verdict.OK:
            status = 403
        self.posts.append(Posted(body, status, request.content_type, request.headers["User-Agent"]))
        if status == 200:
            batch = read(body)
            self.seen.messages += batch.messages
            self.seen.statuses += batch.statuses
            self.seen.unreadable += batch.unreadable
            for message in batch.messages:
                self._hand_over(message)
            if self.bot_first:
                await self.close()
        self._news.set()
        self._news = asyncio.Event()
        return web.Response(status=status)

    def _hand_over(self, message: Received) -> None:
        if self.bot is not None:
            task = asyncio.ensure_future(self.bot(message))
            self._working.add(task)
            task.add_done_callback(self._working.discard)


@asynccontextmanager
async def webhook_server() -> AsyncIterator[Webhook]:
    """Sobe um `Webhook` numa porta livre do laço local."""
    webhook = Webhook()
    app = web.Application(client_max_size=4 * 1024 * 1024)
    app.router.add_get("/webhooks/whatsapp", webhook.challenge)
    app.router.add_post("/webhooks/whatsapp", webhook.receive)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    webhook.url = f"http://127.0.0.1:{runner.addresses[0][1]}/webhooks/whatsapp"
    try:
        yield webhook
        await webhook.close()
    finally:
        await runner.cleanup()


class World(msgspec.Struct):
    """Um simulador que atende em `url`, o webhook a que ele entrega e o nosso cliente da Graph."""

    simulator: Simulator
    url: str
    webhook: Webhook
    client: WhatsAppHttpClient

    async def send(self, message: Message, to: str, reply_id: str = "v1.0.t.0") -> str:
        """Envia pelo cliente de verdade; devolve o id dado pela Meta local."""
        return (await self.client.send(NUMBER, build(message, to=to, reply_id=reply_id))).wamid


@asynccontextmanager
async def world(config: SimulatorConfig = CONFIG) -> AsyncIterator[World]:
    """As três partes, ligadas; no fim, paradas nessa ordem."""
    async with webhook_server() as webhook:
        simulator = Simulator(config)
        simulator.subscribe(webhook.url)
        url = await simulator.start()
        client = WhatsAppHttpClient(url, "v24.0", TOKEN)
        try:
            yield World(simulator, url, webhook, client)
            await webhook.close()
        finally:
            await client.close()
            await simulator.stop()


async def until_state(person: Person, index: int, state: State) -> None:
    """Espera o balão de número `index` chegar a `state`, ouvindo o que a tela ouviria."""
    screen = person.feed.open()
    async with asyncio.timeout(LIMIT_S):
        while person.thread[index].state != state:
            await screen.get()
    person.feed.close(screen)


OPTIONS = ListMessage(
    "Em que a gente ajuda?",
    "Ver opções",
    (
        Section((Row("sob-medida", "Sistema sob medida", "Um programa só seu"),), "Tecnologia"),
        Section((Row("entregador", "Quero ser entregador"), Row("loja", "Tenho uma loja")), "Entregas"),
    ),
    header="Pyloto",
    footer="Escolha uma",
)
BUTTONS = ButtonsMessage("Qual é o seu veículo?", (Button("moto", "Moto"), Button("bici", "Bicicleta")))
LINK = CtaUrlMessage("Peça pelo site.", "Abrir o site", "https://example.com/entrega?a=1&b=2")


class EchoBot:
    """Lê, mostra "digitando" e responde. `free` fechado segura as respostas; cada id é respondido uma vez."""

    def __init__(self, world: World) -> None:
        self.free = asyncio.Event()
        self.free.set()
        self.answered = 0
        self._world = world
        self._known: set[str] = set()
        world.webhook.bot = self.answer

    async def answer(self, message: Received) -> None:
        """O que fazer com uma mensagem."""
        if message.id in self._known:
            return
        self._known.add(message.id)
        content = message.content
        silent = content.text == "silêncio"
        await self._world.client.mark_read(NUMBER, message.id, typing=not silent)
        if silent:
            return
        await self.free.wait()
        reply: Message
        match content.text:
            case "opções":
                reply = OPTIONS
            case "veículo":
                reply = BUTTONS
            case "endereço":
                reply = LINK
            case _ if content.choice:
                reply = TextMessage(f"Você escolheu {content.choice}")
            case _:
                reply = TextMessage(content.text or f"Recebi: {content.kind}")
        self.answered += 1
        await self._world.send(reply, message.reply_to, f"v1.0.eco.{self.answered}")
