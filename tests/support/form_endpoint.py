"""Um Flow de teste e o endpoint dele: abre com o código do produto e responde o que o teste mandar."""

import json
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cache

from aiohttp import web

from pyloto_stream.simulator.config import PublishedFlow
from pyloto_stream.whatsapp.flows.crypto import FlowCrypto, FlowRequest
from pyloto_stream.whatsapp.flows.keys import load_keys, new_key, public_pem
from pyloto_stream.whatsapp.messages import FlowMessage
from pyloto_stream.whatsapp.signature import HEADER, Verdict, verify
from tests.support.simulation import APP_SECRET

FLOW_ID = "400000000000001"
TOKEN = "token-do-teste"
Json = dict[str, object]


def _screen(name: str, *children: Json, **more: object) -> Json:
    form = {"type": "Form", "name": "form", "children": children}
    layout = {"type": "SingleColumnLayout", "children": [form]}
    return {"id": name, "title": f"Tela {name}", "data": {}, "layout": layout, **more}


def _footer(label: str, action: str, payload: Json, to: str = "") -> Json:
    next_: Json = {"next": {"type": "screen", "name": to}} if to else {}
    act: Json = {"name": action, "payload": payload, **next_}
    return {"type": "Footer", "label": label, "on-click-action": act}


def _options(*names: str) -> list[Json]:
    return [{"id": name.lower(), "title": name} for name in names]


DEFINITION = json.dumps(
    {
        "version": "7.3",
        "data_api_version": "3.0",
        "screens": [
            _screen(
                "UM",
                {"type": "TextHeading", "text": "Olá, ${data.nome}"},
                {"type": "TextBody", "text": "Um *formulário* de teste."},
                {"type": "TextCaption", "text": "Leva um minuto."},
                {
                    "type": "TextInput", "name": "apelido", "label": "Apelido", "required": True,
                    "min-chars": 3,
                },
                {"type": "TextArea", "name": "nota", "label": "Nota", "required": False},
                _footer("Seguir", "navigate", {"apelido": "${form.apelido}"}, "DOIS"),
            ),
            _screen(
                "DOIS",
                {
                    "type": "Dropdown", "name": "turno", "label": "Turno", "required": True,
                    "data-source": _options("Manhã", "Noite"),
                },
                {
                    "type": "RadioButtonsGroup", "name": "meio", "label": "Meio", "required": True,
                    "data-source": _options("Moto", "Carro"),
                },
                {
                    "type": "CheckboxGroup", "name": "dias", "label": "Dias", "required": True,
                    "max-selected-items": 2, "data-source": _options("Seg", "Ter", "Qua"),
                },
                {"type": "DatePicker", "name": "inicio", "label": "Início", "required": True},
                {"type": "OptIn", "name": "aceite", "label": "Aceito os termos", "required": True},
                {
                    "type": "If", "condition": "${data.apelido} == 'Bia'",
                    "then": [{"type": "TextBody", "text": "Oi, Bia"}], "else": [],
                },
                _footer(
                    "Concluir", "data_exchange",
                    {
                        "apelido": "${data.apelido}", "turno": "${form.turno}", "meio": "${form.meio}",
                        "dias": "${form.dias}", "inicio": "${form.inicio}", "aceite": "${form.aceite}",
                    },
                ),
                refresh_on_back=True,
            ),
            _screen("TRES", _footer("Fim", "complete", {"onde": "aqui"}), terminal=True),
        ],
    }
).encode()  # fmt: skip


@cache
def private_pem(name: str = "a") -> bytes:
    """Uma chave por nome, feita uma vez por processo."""
    return new_key() if name else b""


def public_of(pem: bytes) -> str:
    """A chave pública de `pem`."""
    return public_pem(load_keys(pem)[0])


def offer(action: str = "data_exchange", flow_id: str = FLOW_ID) -> FlowMessage:
    """A mensagem que oferece o Flow de teste."""
    if action == "navigate":
        return FlowMessage("Preencha.", flow_id, "Abrir", TOKEN, screen="UM", data={"nome": "Ana"})
    return FlowMessage("Preencha.", flow_id, "Abrir", TOKEN, action="data_exchange")


class Endpoint:
    """O endpoint. `answers` são as próximas respostas: um documento, um status HTTP ou um corpo pronto."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[FlowRequest] = []
        self.posts = 0
        self.answers: deque[Json | int | web.Response] = deque()
        self.before: Callable[[], None] = lambda: None
        self._crypto = FlowCrypto(private_pem())

    @property
    def flow(self) -> PublishedFlow:
        """O Flow publicado, que fala com este endpoint."""
        return PublishedFlow(FLOW_ID, "teste", DEFINITION, self.url)

    async def receive(self, request: web.Request) -> web.Response:
        """Confere, abre e responde."""
        body = await request.read()
        self.posts += 1
        self.before()
        if verify([APP_SECRET.encode()], body, request.headers.get(HEADER)) is not Verdict.OK:
            return web.Response(status=432)
        answer = self.answers.popleft()
        if isinstance(answer, web.Response):
            return answer
        if isinstance(answer, int):
            return web.json_response({"error_msg": "Este link venceu."}, status=answer)
        asked, key = self._crypto.open(body)
        self.asked.append(asked)
        return web.Response(text=self._crypto.seal(answer, key))


@asynccontextmanager
async def endpoint() -> AsyncIterator[Endpoint]:
    """Um endpoint numa porta livre do laço local."""
    opened = Endpoint()
    app = web.Application()
    app.router.add_post("/flows/data", opened.receive)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    opened.url = f"http://127.0.0.1:{runner.addresses[0][1]}/flows/data"
    try:
        yield opened
    finally:
        await runner.cleanup()
