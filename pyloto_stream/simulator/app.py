"""Como ter uma Meta nesta máquina? `Simulator` monta as partes, atende num endereço local e termina limpo.

Promete: depois de `stop` não há tarefa, conexão ou sessão aberta. Limite: sem TLS e sem senha nas rotas
`/simulator/…`: só para o laço local.
"""

import asyncio
import time

from aiohttp import web

from pyloto_stream.clock import Clock, system_clock
from pyloto_stream.simulator.chats import Chats
from pyloto_stream.simulator.chores import Chores
from pyloto_stream.simulator.config import SimulatorConfig
from pyloto_stream.simulator.delivery import Delivery, Monotonic, Rest, WebhookSender
from pyloto_stream.simulator.desks import Desks
from pyloto_stream.simulator.envelopes import Json, Number
from pyloto_stream.simulator.faults import FaultBook
from pyloto_stream.simulator.handshake import shakes_hands
from pyloto_stream.simulator.line import Line
from pyloto_stream.simulator.meta import LocalGraph
from pyloto_stream.simulator.page_files import page_routes
from pyloto_stream.simulator.people import Person, Profile
from pyloto_stream.simulator.rates import Meters
from pyloto_stream.simulator.sent import ReadReceived, SentMessage
from pyloto_stream.simulator.vault import MediaVault
from pyloto_stream.simulator.web_json import problems

CAST = 4
"""Quantas pessoas fictícias já estão na tela quando ela abre."""

TALK = frozenset({
    "messages", "standby", "calls", "user_preferences", "smb_message_echoes", "message_echoes",
})  # fmt: skip
"""Campos de conversa: sem `entry.time`, e com o endereço próprio da conta, se há."""


class Simulator:
    """Uma Meta local com um ou mais números de empresa. Criar dentro do laço de eventos.

    `sent`, `reads` e `given_up` são registros vivos: envios e recibos aceitos, e webhooks desistidos. `media`
    é o cofre de arquivos, `templates` os modelos da conta, `throttled` as recusas por ritmo, por código.
    """

    def __init__(
        self,
        config: SimulatorConfig,
        *,
        clock: Clock = system_clock,
        monotonic: Monotonic = time.monotonic,
        rest: Rest = asyncio.sleep,
    ) -> None:
        self.config = config
        self.faults = FaultBook()
        self.media = MediaVault(clock)
        self._chores = Chores()
        number = Number(config.waba_id, config.phone_number_id, config.display_phone_number)
        self._sender = WebhookSender(
            number, config.app_secret.encode(), config.pace, self._chores, monotonic, rest
        )
        self._sender.url = config.webhook_url
        meters = Meters(config.rates, monotonic, config.waba_id)
        self._line = Line(
            number, config.pace, self._sender, self._chores, clock, monotonic, self.media, meters
        )
        self._desks = Desks(config, self._line)
        self.people = self._desks.main.people
        for _ in range(CAST):
            self.people.newcomer()
        self._meta = LocalGraph(config, self._line, self._desks, self.faults, self.notify)
        self._graph = self._meta.messages
        self.templates = self._meta.templates
        self.tokens = self._meta.tokens
        self.account = self._meta.account
        self.throttled = meters.throttled
        self._chats = Chats(config, self._line, self.people, self.public_key)
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

    def person(self, profile: Profile, number: str = "") -> Person:
        """A pessoa de `profile`, criada se falta (se existe, fica como era); `number` é o da empresa.

        Raises:
            LookupError: a conta não tem esse número.
        """
        desk = self._desks.find(number)
        if desk is None:
            raise LookupError("the account has no such number")
        return desk.people.add(profile)

    def echo(self, person: Person, text: str) -> Delivery:
        """Alguém da empresa respondeu a `person` pelo aplicativo."""
        return person.echo(text)

    def review(self, name: str, language: str, status: str, reason: str = "NONE") -> None:
        """A Meta decide sobre um modelo: `APPROVED`, `REJECTED`, `PAUSED`, `DISABLED` ou outro estado.

        Raises:
            LookupError: não há esse modelo.
        """
        self.templates.review(name, language, status, reason)

    def public_key(self, number: str = "") -> str:
        """A chave pública dos formulários desse número, em PEM; vazia se a empresa não a publicou."""
        return self.account.keys.get(number or self.config.phone_number_id, "")

    def notify(self, field: str, value: Json) -> Delivery:
        """Um webhook de qualquer campo; os de conta levam a hora em `entry.time`."""
        return self._sender.send(value, field, 0 if field in TALK else self._line.clock() // 1000)

    def now_s(self) -> float:
        """O relógio monotônico dos registros, em segundos."""
        return self._line.monotonic()

    def subscribe(self, webhook_url: str) -> None:
        """Troca o endereço dos webhooks, também para as entregas que ainda tentam."""
        self._sender.url = webhook_url

    async def verify_webhook(self) -> bool:
        """Faz a verificação da Meta (`hub.challenge`) e diz se o webhook respondeu como deve."""
        return await shakes_hands(self._sender.url, self.config.verify_token, self.config.pace)

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Começa a atender e devolve o endereço (`http://…`); `port` 0 escolhe um livre.

        Raises:
            OSError: o endereço não pode ser usado.
            RuntimeError: já começou; cada simulador vive uma vez.
        """
        if self._started:
            raise RuntimeError("a simulator starts once")
        app = web.Application(middlewares=[problems], client_max_size=1024 * 1024)
        app.add_routes([*page_routes(), *self._chats.routes(), *self._meta.routes()])
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
        self.media.base_url = f"http://{shown}:{address[1]}"
        return self.media.base_url

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
            self.media.close()

    async def _dismiss(self, _app: web.Application) -> None:
        self._meta.gate.closing.set()
        self._chats.end()
        await asyncio.sleep(0)  # quem esperava responde antes de as conexões caírem
