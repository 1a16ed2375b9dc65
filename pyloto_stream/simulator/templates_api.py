"""As rotas de modelos da Graph local: listar com cursor, criar, editar, apagar e despausar.

Promete: um cursor vale até a lista mudar; depois é recusado com 131059. Fonte: página "Template management"
(2026). Limite: de uma edição só confere o estado, e não quantas já houve no dia.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from urllib.parse import urlencode

import msgspec
from aiohttp import web

from pyloto_stream.simulator.config import SimulatorConfig
from pyloto_stream.simulator.envelopes import Json
from pyloto_stream.simulator.gate import PATH, Gate, answer
from pyloto_stream.simulator.refusal import RefusedCallError
from pyloto_stream.simulator.seeds import SeededTemplate
from pyloto_stream.simulator.template_form import Definition, read_definition
from pyloto_stream.simulator.templates import Template, Templates

_DEFAULT_FIELDS = ("name", "parameter_format", "components", "language", "status", "category")
_EDITABLE = frozenset({"APPROVED", "REJECTED", "PAUSED"})
MOST = 250
"""Quantos modelos cabem numa conta não verificada."""


class TemplateApi:
    """As rotas de modelos."""

    def __init__(self, config: SimulatorConfig, templates: Templates, gate: Gate) -> None:
        self._config = config
        self._templates = templates
        self._gate = gate

    def routes(self) -> list[web.RouteDef]:
        """As rotas; a edição vem por `nodes.py`."""
        path, guard = PATH + "{waba}/message_templates", self._gate.guard
        return [
            web.get(path, guard("templates", self.listing)),
            web.post(path, guard("templates", self.create)),
            web.delete(path, guard("templates", self.delete)),
            web.post(PATH + "{id}/unpause", guard("templates", self.unpause)),
        ]

    def about(self, template_id: str) -> Json | None:
        """O que se sabe de um modelo."""
        template = self._templates.by_id(template_id)
        return template.listed() if template is not None else None

    async def listing(self, request: web.Request) -> web.StreamResponse:
        """Uma página da lista."""
        self._own(request)
        query = request.query
        limit = query.get("limit", "25")
        if not limit.isascii() or not limit.isdigit() or not 1 <= int(limit[:6]) <= 1000:
            raise RefusedCallError(100, "Param limit must be between 1 and 1000.")
        found = [each for each in self._templates.everything() if _matches(each, query)]
        start = self._position(query.get("after", ""))
        page = found[start : start + int(limit)]
        names = tuple(name for name in query.get("fields", "").split(",") if name) or _DEFAULT_FIELDS
        document: Json = {"data": [_shown(each, names) for each in page]}
        if page:
            before, after = self._cursor(start), self._cursor(start + len(page))
            paging: Json = {"cursors": {"before": before, "after": after}}
            if start + len(page) < len(found):
                again = urlencode({**query, "after": after})
                paging["next"] = str(request.url.origin()) + request.path + "?" + again
            document["paging"] = paging
        return answer(document)

    async def create(self, request: web.Request) -> web.StreamResponse:
        """Cria e manda para a revisão."""
        self._own(request)
        wanted = await _definition(request)
        if self._templates.find(wanted.name, wanted.language) is not None:
            raise RefusedCallError(100, "There is already content in this language.", subcode=2388024)
        if len(self._templates.everything()) >= MOST:
            raise RefusedCallError(2388019, "This account has too many templates.")
        template = self._templates.add(
            SeededTemplate(
                wanted.name,
                tuple(wanted.components),
                wanted.language,
                wanted.category,
                "PENDING",
                wanted.parameter_format,
                "UNKNOWN",
            )
        )
        self._templates.submit(template)
        return answer({"id": template.id, "status": template.status, "category": template.category})

    async def edit(self, request: web.Request) -> web.StreamResponse:
        """Troca os componentes e manda de novo para a revisão."""
        template = self._by_id(request)
        if template.status not in _EDITABLE:
            raise RefusedCallError(100, "A template in this state cannot be edited.")
        wanted = await _definition(request, template)
        if template.status == "APPROVED" and wanted.category != template.category:
            raise RefusedCallError(100, "The category of an approved template cannot be edited.")
        template.components, template.category = wanted.components, wanted.category
        self._templates.submit(template)
        return answer({"success": True})

    async def delete(self, request: web.Request) -> web.StreamResponse:
        """Apaga todos os idiomas de `name`, ou só o de `hsm_id`."""
        self._own(request)
        name, one = request.query.get("name", ""), request.query.get("hsm_id", "")
        found = [
            each for each in self._templates.everything() if each.name == name and (not one or each.id == one)
        ]
        if not found:
            raise RefusedCallError(100, "Param name does not name a template of this account.")
        for template in found:
            self._templates.remove(template)
        return answer({"success": True})

    async def unpause(self, request: web.Request) -> web.StreamResponse:
        """Tira a pausa por qualidade."""
        template = self._by_id(request)
        if template.status != "PAUSED":
            raise RefusedCallError(100, "Only a paused template can be unpaused.")
        self._templates.review(template.name, template.language, "APPROVED")
        return answer({"success": True})

    def _own(self, request: web.Request) -> None:
        if request.match_info["waba"] != self._config.waba_id:
            raise RefusedCallError(100, "Object does not exist or lacks permissions.", subcode=33)

    def _by_id(self, request: web.Request) -> Template:
        template = self._templates.by_id(request.match_info["id"])
        if template is None:
            raise RefusedCallError(100, "Object does not exist or lacks permissions.", subcode=33)
        return template

    def _cursor(self, position: int) -> str:
        return urlsafe_b64encode(f"{self._templates.version}:{position}".encode()).decode()

    def _position(self, cursor: str) -> int:
        if not cursor:
            return 0
        try:
            version, _, position = urlsafe_b64decode(cursor).decode().partition(":")
            if int(version) == self._templates.version:
                return int(position)
        except ValueError:
            pass  # não é um cursor nosso: vencido, como os velhos
        raise RefusedCallError(131059, "The paging cursor is invalid or has expired.")


async def _definition(request: web.Request, known: Template | None = None) -> Definition:
    try:
        document: object = msgspec.json.decode(await request.read())
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise RefusedCallError(100, "The body is not JSON, or is nested too deeply.") from None
    if known is not None and isinstance(document, dict):
        same = {"name": known.name, "language": known.language, "category": known.category}
        document = {**same, "parameter_format": known.parameter_format, **document}
    return read_definition(document)


def _matches(template: Template, query: Mapping[str, str]) -> bool:
    listed = template.listed()
    filters = ("status", "name", "category", "language")
    return all(query.get(key, listed[key]) == listed[key] for key in filters)


def _shown(template: Template, names: tuple[str, ...]) -> Json:
    listed = template.listed()
    return {name: listed[name] for name in ("id", *names) if name in listed}
