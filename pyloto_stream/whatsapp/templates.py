"""Que modelo posso enviar, e com que valores? O que a Meta aprovou, guardado, e conferido antes do envio.

Promete: `find` exige o idioma exato (a Meta não troca); só `APPROVED` sai; uma leitura serve por `cache_s`;
um modelo que a Meta deixou de listar vira `DELETED`. Limite: entre duas leituras da Meta vale o que avisou o
webhook, e um aviso pode se perder: `templates sync` num agendador é o que corrige.
"""

import asyncio
from collections.abc import Sequence
from typing import Protocol

import msgspec

from pyloto_stream.clock import Clock, system_clock
from pyloto_stream.errors import PermanentError, PylotoError, TransientError
from pyloto_stream.template import Template
from pyloto_stream.whatsapp.error_codes import STALE_CURSOR
from pyloto_stream.whatsapp.graph_call import Call
from pyloto_stream.whatsapp.graph_errors import GraphRefusedError
from pyloto_stream.whatsapp.messages_template import TemplateMessage
from pyloto_stream.whatsapp.templates_build import template_message
from pyloto_stream.whatsapp.templates_check import TemplateParams, validate_template_params
from pyloto_stream.whatsapp.templates_read import FIELDS, Page, read_page

PAGE_SIZE = 100
_RESTARTS = 3
_NEVER = -(2**62)
_REASONS = {
    "PAUSED": "template_paused",
    "DISABLED": "template_disabled",
    "REJECTED": "template_rejected",
    "PENDING": "template_pending",
    "IN_APPEAL": "template_pending",
    "DELETED": "template_deleted",
    "PENDING_DELETION": "template_deleted",
}


class Graph(Protocol):
    """O que se pede ao cliente da Graph."""

    async def call(self, call: Call) -> bytes:
        """Corpo de uma resposta 2xx; falhas de `graph_errors.py`."""


class Store(Protocol):
    """Onde os modelos ficam (`stores.templates.TemplateStore`)."""

    async def named(self, name: str) -> list[Template]:
        """O modelo `name` em todos os idiomas."""

    async def put(self, templates: Sequence[Template], as_of_ms: int) -> None:
        """Grava o que a Meta listou no instante `as_of_ms`."""

    async def vanish(self, account_id: str, listed: frozenset[str], as_of_ms: int) -> int:
        """Marca `DELETED` os que não estão em `listed`; devolve quantos."""


class Synced(msgspec.Struct, frozen=True):
    """O que se leu. `unread`: itens que não se entendeu; com algum, nenhum é dado por apagado."""

    templates: int
    deleted: int
    unread: int
    pages: int


class TemplateManager:
    """Os modelos da conta `account_id`; `number` escolhe o token com que se lê."""

    def __init__(
        self,
        graph: Graph,
        store: Store,
        account_id: str,
        *,
        cache_s: float = 300.0,
        number: str = "",
        clock: Clock = system_clock,
    ) -> None:
        self._graph = graph
        self._store = store
        self._account_id = account_id
        self._cache_ms = int(cache_s * 1000)
        self._number = number
        self._clock = clock
        self._reading = asyncio.Lock()
        self._known: dict[str, tuple[int, list[Template]]] = {}
        self._failures = 0
        self._failed: PylotoError | None = None

    async def sync(self) -> Synced:
        """Lê a lista inteira da Meta e a guarda.

        Raises:
            GraphError: a Meta recusou ou não respondeu; nada foi marcado como apagado.
            TransientError: code `unreadable_templates` ou `template_list_moving`.
            UnavailableError: o banco não respondeu; repetir é seguro.
        """
        as_of_ms, pages = self._clock(), await self._pages({})
        listed = tuple(template for page in pages for template in page.templates)
        await self._store.put(listed, as_of_ms)
        unread = sum(page.unread for page in pages)
        ids = frozenset(template.id for template in listed)
        # com um item ilegível não se sabe qual faltou: ninguém é dado por apagado
        deleted = 0 if unread else await self._store.vanish(self._account_id, ids, as_of_ms)
        self._known.clear()
        return Synced(len(listed), deleted, unread, len(pages))

    async def find(self, name: str, language: str) -> Template | None:
        """O modelo nesse idioma exato, ou `None`; `status` diz se pode sair (`require_sendable`).

        Raises:
            GraphError: era preciso ler da Meta, e ela recusou ou não respondeu.
            UnavailableError: o banco não respondeu.
        """
        asked = self._failures
        async with self._reading:  # muitos perguntam juntos; a Meta só aceita 200 leituras por hora
            if self._failed is not None and asked < self._failures:
                raise self._failed.with_traceback(None)  # a leitura por que se esperou
            now, (read_ms, found) = self._clock(), self._known.get(name, (_NEVER, []))
            if not 0 <= now - read_ms < self._cache_ms:
                try:
                    found = await self._read(name, language)
                except PylotoError as error:
                    self._failures, self._failed = self._failures + 1, error
                    raise
                self._known[name] = (now, found)
        return _exact(found, language)

    async def require_sendable(self, name: str, language: str) -> Template:
        """O modelo, se pode ser enviado agora.

        Raises:
            PermanentError: code `template_unknown`, `template_paused`, `template_disabled`,
                `template_rejected`, `template_pending`, `template_deleted` ou `template_not_approved`.
            GraphError, UnavailableError: ver `find`.
        """
        template = await self.find(name, language)
        if template is None:
            raise PermanentError("no template has this name in this language", code="template_unknown")
        if template.status != "APPROVED":
            code = _REASONS.get(template.status, "template_not_approved")
            raise PermanentError(f"the template is {template.status.lower()}", code=code)
        return template

    def build(self, template: Template, params: TemplateParams) -> TemplateMessage:
        """O envio de `template`, conferido.

        Raises:
            InvalidMessageError: code `template_params_invalid`; os nomes, as regras e os limites.
        """
        validate_template_params(template, params)
        return template_message(template, params)

    async def _read(self, name: str, language: str) -> list[Template]:
        """Do banco; se ali não está, ou já não é atual, da Meta."""
        found = await self._store.named(name)
        known = _exact(found, language)
        if known is not None and known.current:
            return found
        as_of_ms, pages = self._clock(), await self._pages({"name": name})
        # a Meta procura por parte do nome; os outros que vierem também são verdade
        await self._store.put([template for page in pages for template in page.templates], as_of_ms)
        return await self._store.named(name)

    async def _pages(self, wanted: dict[str, str]) -> list[Page]:
        """Todas as páginas; se o cursor vence no meio, a lista mudou, e é lida desde o começo."""
        for _ in range(_RESTARTS):
            try:
                return await self._once(wanted)
            except GraphRefusedError as error:
                if error.graph_code != STALE_CURSOR:
                    raise
        raise TransientError("the template list keeps moving", code="template_list_moving")

    async def _once(self, wanted: dict[str, str]) -> list[Page]:
        pages, after = list[Page](), ""
        while not pages or after:
            query = {"fields": ",".join(FIELDS), "limit": str(PAGE_SIZE), **wanted}
            query |= {"after": after} if after else {}
            path = f"{self._account_id}/message_templates"
            body = await self._graph.call(Call("GET", path, "templates", query, number=self._number))
            page = read_page(body, self._account_id)
            if page.after == after != "":
                raise TransientError("the template list does not move on", code="unreadable_templates")
            pages.append(page)
            after = page.after
        return pages


def _exact(found: Sequence[Template], language: str) -> Template | None:
    """O de idioma `language`; se a Meta refez o modelo com outro id, o que não foi apagado."""
    same = [template for template in found if template.language == language]
    return min(same, key=lambda template: template.status == "DELETED", default=None)
