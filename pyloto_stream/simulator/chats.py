"""Como uma tela de conversa fala com o simulador? Eventos por SSE, mensagens por POST; tudo vira webhook.

Promete: quem abre (ou reabre) `events` recebe primeiro um `snapshot` com a conversa inteira e depois só o
que mudou: a reconexão não perde nem repete nada. Um POST responde quando a primeira tentativa do webhook
termina.
"""

from collections.abc import Callable

import msgspec
from aiohttp import web

from pyloto_stream.simulator.config import SimulatorConfig
from pyloto_stream.simulator.door import Door, card
from pyloto_stream.simulator.feed import Screen
from pyloto_stream.simulator.flow_client import FlowClient, ping
from pyloto_stream.simulator.form_wire import Step, View
from pyloto_stream.simulator.forms import CLOSED, offered
from pyloto_stream.simulator.gestures import Gestures
from pyloto_stream.simulator.line import Line
from pyloto_stream.simulator.people import Person
from pyloto_stream.simulator.registry import Registry
from pyloto_stream.simulator.uploads import Uploads
from pyloto_stream.simulator.web_json import ProblemError, json_response, read_json

MAX_TEXT = 4096
"""O que cabe numa mensagem de WhatsApp digitada."""


class Typed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """O que a tela manda: `text` escrito ou `choice`, o id da opção tocada; exatamente um dos dois.

    `reply_to` é o id da mensagem a que o texto responde.
    """

    text: str = ""
    choice: str = ""
    reply_to: str = ""

    def __post_init__(self) -> None:
        """Confere que há um só, e que cabe."""
        if bool(self.text.strip()) == bool(self.choice):
            raise ValueError("exactly one of text and choice")
        if len(self.text) > MAX_TEXT:
            raise ValueError(f"text is longer than {MAX_TEXT}")


class Chats:
    """As rotas da tela."""

    def __init__(
        self, config: SimulatorConfig, line: Line, people: Registry, public_key: Callable[[], str]
    ) -> None:
        self._config = config
        self._line = line
        self._people = people
        self._door = Door(people, line.sender)
        self._flows = FlowClient(config.app_secret.encode(), public_key)

    def routes(self) -> list[web.RouteDef]:
        """As rotas."""
        return [
            web.get("/simulator/chats", self.everyone),
            web.post("/simulator/chats", self.newcomer),
            web.get("/simulator/chats/{person}/events", self.events),
            web.post("/simulator/chats/{person}/messages", self.write),
            web.post("/simulator/chats/{person}/repeat", self.repeat),
            web.post("/simulator/chats/{person}/form", self.form),
            web.get("/simulator/flows", self.flows),
            *Gestures(self._door, self._line.clock).routes(),
            *Uploads(self._door, self._line.media).routes(),
        ]

    def end(self) -> None:
        """Despede todas as telas."""
        for person in self._people.everyone():
            person.feed.end()

    async def everyone(self, _request: web.Request) -> web.Response:
        """A empresa e as pessoas."""
        business = {"name": self._config.business_name, "phone": self._config.display_phone_number}
        people = [card(person) for person in self._people.everyone()]
        return json_response({"business": business, "people": people})

    async def newcomer(self, request: web.Request) -> web.Response:
        """Uma pessoa nova, de número fictício; com `?phone=hidden`, que só mostra o nome de usuário."""
        hidden = request.query.get("phone") == "hidden"
        return json_response(card(self._people.newcomer(hidden=hidden)), status=201)

    async def write(self, request: web.Request) -> web.Response:
        """202 se o webhook foi aceito; 502 com o que houve se não (a Meta local segue tentando)."""
        person = self._door.person(request)
        typed = await read_json(request, Typed)
        try:
            tapped = bool(typed.choice)
            delivery = person.tap(typed.choice) if tapped else person.say(typed.text, typed.reply_to)
        except LookupError as unknown:
            raise ProblemError(422, str(unknown)) from None
        return await self._door.told(delivery)

    async def repeat(self, request: web.Request) -> web.Response:
        """Entrega de novo o último webhook da pessoa, como a Meta às vezes faz; responde como `write`."""
        delivery = self._door.person(request).repeat_latest()
        if delivery is None:
            raise ProblemError(409, "this person has not written yet")
        return await self._door.told(delivery)

    async def form(self, request: web.Request) -> web.Response:
        """Um passo num formulário aberto; o que deu errado vem em `error`, em palavras da tela."""
        person = self._door.person(request)
        step = await read_json(request, Step)
        form = offered(person, step.message, self._config.flows, self._flows)
        if form is None:
            return json_response(View(error=CLOSED))
        return json_response(await form.take(step))

    async def flows(self, _request: web.Request) -> web.Response:
        """Os formulários publicados e se o endpoint de cada um responde ao `ping` da Meta."""
        found = [
            {"id": flow.id, "name": flow.name, "healthy": await ping(self._flows, flow.endpoint_url)}
            for flow in self._config.flows
        ]
        return json_response({"flows": found})

    async def events(self, request: web.Request) -> web.StreamResponse:
        """A conversa, ao vivo."""
        person = self._door.person(request)
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-store"}
        )
        await response.prepare(request)
        screen = person.feed.open()
        try:
            await self._stream(response, person, screen)
        except ConnectionError:
            pass  # a tela foi embora
        finally:
            person.feed.close(screen)
        return response

    async def _stream(self, response: web.StreamResponse, person: Person, screen: Screen) -> None:
        typing_ms = max(0, person.typing_until_ms - self._line.clock())
        snapshot = {"person": card(person), "thread": person.thread, "typing_ms": typing_ms}
        await response.write(_sse("snapshot", msgspec.json.encode(snapshot)))
        while (event := await screen.get()) is not None:
            await response.write(_sse(*event))


def _sse(name: str, data: bytes) -> bytes:
    return b"event: " + name.encode() + b"\ndata: " + data + b"\n\n"
