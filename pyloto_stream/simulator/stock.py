"""A conta tem o que este envio usa? Arquivos, modelos e formulários publicados.

Promete: um id de arquivo que não existe, venceu ou é de outro tipo é recusado antes de qualquer aceite.
"""

from pyloto_stream.simulator.config import PublishedFlow
from pyloto_stream.simulator.envelopes import Json
from pyloto_stream.simulator.media_kinds import fits
from pyloto_stream.simulator.node import dig
from pyloto_stream.simulator.refusal import RefusedCallError
from pyloto_stream.simulator.rules import Send
from pyloto_stream.simulator.rules_media import MediaRef
from pyloto_stream.simulator.template_use import check_template
from pyloto_stream.simulator.templates import Templates
from pyloto_stream.simulator.vault import MediaVault


class Stock:
    """O que a conta tem."""

    def __init__(self, vault: MediaVault, templates: Templates, flows: tuple[PublishedFlow, ...]) -> None:
        self._vault = vault
        self._templates = templates
        self._flows = flows

    def check(self, wanted: Send) -> bool:
        """Confere um envio já em forma; diz se a Meta o segura para avaliar a qualidade do modelo.

        Raises:
            RefusedCallError: com o código da Meta.
        """
        for ref in wanted.media:
            self._media(ref)
        if wanted.type == "interactive":
            self._flow(wanted.payload)
        if wanted.type == "template":
            template = check_template(self._templates, wanted.payload.get("template"))
            if template.category == "AUTHENTICATION" and not wanted.to:
                raise RefusedCallError(131062, "Authentication templates need a phone number.")
            return template.held
        return False

    def template(self, payload: Json) -> list[Json] | None:
        """Os componentes do modelo de um envio já conferido; `None` se não é de modelo."""
        sent = payload.get("template")
        found = self._templates.find(str(dig(sent, "name")), str(dig(sent, "language", "code")))
        return found.components if sent and found else None

    def _media(self, ref: MediaRef) -> None:
        stored = self._vault.find(ref.id)
        if stored is None:
            raise RefusedCallError(131009, f"Param {ref.path}.id does not name an uploaded media.")
        if not fits(ref.kind, stored.mime, stored.size):
            raise RefusedCallError(131053, f"Param {ref.path}.id is not a media of kind {ref.kind}.")

    def _flow(self, payload: Json) -> None:
        """O formulário existe. Sem nenhum publicado na configuração não há com que comparar."""
        parameters = dig(payload, "interactive", "action", "parameters")
        if dig(payload, "interactive", "type") != "flow" or not self._flows:
            return
        if dig(parameters, "mode") == "draft":
            return
        known = {flow.id for flow in self._flows} | {flow.name for flow in self._flows}
        if (dig(parameters, "flow_id") or dig(parameters, "flow_name")) not in known:
            raise RefusedCallError(131009, "Param interactive.action.parameters names no published flow.")
