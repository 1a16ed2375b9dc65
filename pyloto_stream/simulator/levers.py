"""Como outro processo faz a Meta local decidir algo sobre a conta? Rotas `/simulator/…` em JSON, conferidas.

`POST /simulator/templates` `{name, language, status?, reason?, quality?, category?}` (a Meta decide sobre um
modelo; 404 se não há) · `POST /simulator/notices` `{field, value}` (um webhook de qualquer campo). Limite:
sem senha; só para o laço local.
"""

import msgspec
from aiohttp import web

from pyloto_stream.simulator.envelopes import Json
from pyloto_stream.simulator.templates import Notify, Templates
from pyloto_stream.simulator.web_json import ProblemError, json_response, read_json


class Decision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """O que a Meta decide sobre um modelo; o que fica vazio não muda."""

    name: str
    language: str
    status: str = ""
    reason: str = "NONE"
    quality: str = ""
    category: str = ""


class Notice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Um aviso da conta."""

    field: str
    value: Json


class Levers:
    """As rotas."""

    def __init__(self, templates: Templates, notify: Notify) -> None:
        self._templates = templates
        self._notify = notify

    def routes(self) -> list[web.RouteDef]:
        """As rotas."""
        return [
            web.post("/simulator/templates", self.decide),
            web.post("/simulator/notices", self.notice),
        ]

    async def decide(self, request: web.Request) -> web.Response:
        """O modelo, depois da decisão."""
        wanted = await read_json(request, Decision)
        template = self._templates.find(wanted.name, wanted.language)
        if template is None:
            raise ProblemError(404, "no template has that name and language")
        if wanted.status:
            self._templates.review(wanted.name, wanted.language, wanted.status, wanted.reason)
        if wanted.quality:
            self._templates.rate(wanted.name, wanted.language, wanted.quality)
        if wanted.category:
            self._templates.categorise(wanted.name, wanted.language, wanted.category)
        return json_response(template.listed())

    async def notice(self, request: web.Request) -> web.Response:
        """202: o aviso está a caminho."""
        wanted = await read_json(request, Notice)
        self._notify(wanted.field, wanted.value)
        return json_response({"field": wanted.field}, status=202)
