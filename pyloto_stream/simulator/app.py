"""Como ter uma Meta nesta máquina? `Simulator` monta as partes, atende num endereço local e termina limpo.

Promete: depois de `stop` não há tarefa, conexão ou sessão aberta. Limite: sem TLS e sem senha nas rotas
`/simulator/…`: só para o laço local.
"""

import asyncio
import time

import aiohttp
from aiohttp import web

from pyloto_stream.clock import Clock, system_clock
from pyloto_stream.simulator.chats import Chats
from pyloto_stream.simulator.chores import Chores
from pyloto_stream.simulator.config import SimulatorConfig
from pyloto_stream.simulator.control import Control
from pyloto_stream.simulator.delivery import Delivery, Monotonic, WebhookSender
from pyloto_stream.simulator.envelopes import Number
from pyloto_stream.simulator.faults import FaultBook
from pyloto_stream.simulator.graph import GraphApi
from pyloto_stream.simulator.line import Line
from pyloto_stream.simulator.page_files import page_routes
from pyloto_stream.simulator.people import Person, Profile
from pyloto_stream.simulator.registry import Registry
from pyloto_stream.simulator.sent import ReadReceived, SentMessage
from pyloto_stream.simulator.web_json import problems

CAST = 4
"""Quantas pessoas fictícias já estão na tela quando ela abre."""

CHALLENGE = "1158201444"


class Simulator:
    """Uma Meta local com um número de empresa. Criar dentro do laço de eventos.

    `sent`, `reads` e `given_up` são registros vivos: envios e recibos aceitos, e webhooks desistidos.
    """

    def __init__(
        self, config: SimulatorConfig, *, clock: Clock = system_clock, monotonic: Monotonic = time.monotonic
    ) -> None:
        self.config = config
        self.faults = FaultBook()
        self._chores = Chores()
        number = Number(config.waba_id, config.phone_number_id, config.display_phone_number)
        secret = config.app_secret.encode()
        self._sender = WebhookSender(number, secret, config.pace, self._chores, monotonic)
        self._sender.url = config.webhook_url
        self._line = Line(number, config.pace, self._sender, self._chores, clock, monotonic)
        self.people = Registry(self._line, config.first_person)
        for _ in range(CAST):
            self.people.newcomer()
        self._graph = GraphApi(config, self._line, self.people, self.faults)
        self._chats = Chats(config, self._line, self.people, self._sender)
        self._runner: web.AppRunner | None = None
        self._started = False

    @property
    def sent(self) -> list[SentMessage]:
        """Envios aceitos, na ordem; um item por aceite."""
        return self._graph.sent

    @property
    def reads(self) -> list[ReadReceived]:
        """Recibos de leitura aceitos, na ordem."""
        return self._graph.reads

    @property
    def given_up(self) -> list[Delivery]:
        """Webhooks de que a Meta local desistiu."""
        return self._sender.given_up

    def person(self, profile: Profile) -> Person:
        """A pessoa de `profile`, criada se falta (se existe, fica como era)."""
        return self.people.add(profile)

    def now_s(self) -> float:
        """O relógio monotônico dos registros, em segundos."""
        return self._line.monotonic()

    def subscribe(self, webhook_url: str) -> None:
        """Troca o endereço dos webhooks, também para as entregas que ainda tentam."""
        self._sender.url = webhook_url

    async def verify_webhook(self) -> bool:
        """Faz a verificação da Meta (`hub.challenge`) e diz se o webhook respondeu como deve."""
        query = {
            "hub.mode": "subscribe",
            "hub.verify_token": self.config.verify_token,
            "hub.challenge": CHALLENGE,
        }
        timeout = aiohttp.ClientTimeout(total=self.config.pace.timeout_ms / 1000)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.get(self._sender.url, params=query, allow_redirects=False) as answer,
            ):
                return answer.status == 200 and await answer.text() == CHALLENGE
        except (aiohttp.ClientError, TimeoutError, OSError):
            return False

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Começa a atender e devolve o endereço (`http://…`); `port` 0 escolhe um livre.

        Raises:
            OSError: o endereço não pode ser usado.
            RuntimeError: já começou; cada simulador vive uma vez.
        """
        if self._started:
            raise RuntimeError("a simulator starts once")
        app = web.Application(middlewares=[problems], client_max_size=1024 * 1024)
        control = Control(self._graph, self._sender, self.faults)
        app.add_routes([*page_routes(), *self._chats.routes(), *control.routes(), *self._graph.routes()])
        app.on_shutdown.append(self._dismiss)
        runner = web.AppRunner(
            app, handler_cancellation=True, access_log=None, shutdown_timeout=1.0, keepalive_timeout=75.0
        )
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError:
            await runner.cleanup()
            raise
        self._runner, self._started = runner, True
        address = runner.addresses[0]
        shown = f"[{address[0]}]" if ":" in address[0] else address[0]
        return f"http://{shown}:{address[1]}"

    async def stop(self) -> None:
        """Termina tudo; pode ser repetido.

        Raises:
            ExceptionGroup: falhas de tarefas internas do simulador.
        """
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        try:
            await self._chores.close()
        finally:
            await self._sender.close()

    async def _dismiss(self, _app: web.Application) -> None:
        self._graph.closing.set()
        self._chats.end()
        await asyncio.sleep(0)  # quem esperava responde antes de as conexões caírem
