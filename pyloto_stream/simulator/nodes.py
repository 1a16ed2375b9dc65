"""De quem é este id? `GET|POST|DELETE /{versão}/{id}` serve números, contas, arquivos e modelos.

Promete: um id que não existe (ou venceu) é recusado como a Meta recusa: 100 com subcódigo 33.
"""

from aiohttp import web

from pyloto_stream.simulator.config import SimulatorConfig
from pyloto_stream.simulator.envelopes import Json
from pyloto_stream.simulator.gate import PATH, Gate, answer
from pyloto_stream.simulator.media import MediaApi
from pyloto_stream.simulator.refusal import RefusedCallError
from pyloto_stream.simulator.templates_api import TemplateApi
from pyloto_stream.simulator.vault import MediaVault


class Nodes:
    """As rotas de um id só."""

    def __init__(
        self,
        config: SimulatorConfig,
        gate: Gate,
        vault: MediaVault,
        media: MediaApi,
        templates: TemplateApi,
    ) -> None:
        self._config = config
        self._gate = gate
        self._vault = vault
        self._media = media
        self._templates = templates

    def routes(self) -> list[web.RouteDef]:
        """As rotas; o que é da Graph e não existe aqui responde um erro com a forma dela."""
        return [
            web.get(PATH + "{id}", self._gate.told(self.get)),
            web.post(PATH + "{id}", self._gate.guard("templates", self._templates.edit)),
            web.delete(PATH + "{id}", self._gate.guard("media", self.delete)),
            web.route("*", PATH + "{id}{rest:.*}", self._gate.guard("account", self.unknown)),
        ]

    async def get(self, request: web.Request) -> web.StreamResponse:
        """O que se sabe de um id."""
        if self._vault.find(request.match_info["id"]) is not None:
            return await self._gate.guard("media", self._resolve)(request)
        return await self._gate.guard("account", self._about)(request)

    async def delete(self, request: web.Request) -> web.StreamResponse:
        """Apaga um arquivo."""
        if not self._vault.delete(request.match_info["id"]):
            raise _nothing()
        return answer({"success": True})

    async def unknown(self, request: web.Request) -> web.StreamResponse:
        """Um caminho que a Meta tem e o simulador não."""
        known = {number.phone_number_id for number in self._config.all_numbers()}
        if request.match_info["id"] not in known | {self._config.waba_id, self._config.app_id}:
            raise _nothing()
        raise RefusedCallError(2500, "The simulator does not serve this path.")

    async def _resolve(self, request: web.Request) -> web.StreamResponse:
        stored = self._vault.find(request.match_info["id"])
        if stored is None:
            raise _nothing()
        return self._media.resolve(request, stored)

    async def _about(self, request: web.Request) -> web.StreamResponse:
        wanted = request.match_info["id"]
        for number in self._config.all_numbers():
            if number.phone_number_id == wanted:
                about: Json = {
                    "id": wanted,
                    "display_phone_number": number.display_phone_number,
                    "verified_name": self._config.business_name,
                    "quality_rating": "GREEN",
                    "throughput": {"level": "STANDARD"},
                    "platform_type": "CLOUD_API",
                    "code_verification_status": "VERIFIED",
                }
                return answer(_only(request, about))
        if wanted == self._config.waba_id:
            return answer(_only(request, {"id": wanted, "name": self._config.business_name}))
        template = self._templates.about(wanted)
        if template is not None:
            return answer(_only(request, template))
        raise _nothing()


def _only(request: web.Request, about: Json) -> Json:
    """Os campos pedidos em `fields`; sem pedido, todos."""
    fields = [name.strip() for name in request.query.get("fields", "").split(",") if name.strip()]
    return {name: about[name] for name in ("id", *fields) if name in about} if fields else about


def _nothing() -> RefusedCallError:
    return RefusedCallError(100, "Object does not exist or lacks permissions.", subcode=33)
