"""Que modelos de mensagem a conta tem? Definições por nome e idioma, a revisão e os avisos da Meta.

Promete: toda mudança de estado, qualidade ou categoria sai como webhook da conta. Fontes: páginas "Template
management" e "message_template_status_update" (2026). Limite: ninguém lê o conteúdo; sem decisão do teste, a
revisão aprova.
"""

import asyncio
from collections.abc import Callable
from itertools import count

import msgspec

from pyloto_stream.simulator.chores import Chores
from pyloto_stream.simulator.config import SimulatorConfig
from pyloto_stream.simulator.envelopes import Json
from pyloto_stream.simulator.seeds import Component, SeededTemplate

Notify = Callable[[str, Json], object]
"""Manda um webhook da conta: campo e valor."""


class Template(msgspec.Struct):
    """Uma definição viva. `id` são dígitos."""

    id: str
    name: str
    language: str
    category: str
    status: str
    components: list[Component]
    parameter_format: str = "POSITIONAL"
    quality: str = "UNKNOWN"
    rejected_reason: str = "NONE"
    held: bool = False

    def listed(self) -> Json:
        """Como aparece numa lista."""
        return {
            "id": self.id,
            "name": self.name,
            "language": self.language,
            "status": self.status,
            "category": self.category,
            "parameter_format": self.parameter_format,
            "components": self.components,
            "quality_score": {"score": self.quality},
            "rejected_reason": self.rejected_reason,
        }


class Templates:
    """Os modelos da conta, na ordem em que nasceram."""

    def __init__(self, config: SimulatorConfig, chores: Chores, notify: Notify) -> None:
        self.version = 0
        self._review_ms = config.review_ms
        self._chores = chores
        self._notify = notify
        self._ids = count(800000000000001)
        self._all: dict[str, Template] = {}
        for seed in config.templates:
            self.add(seed)

    def add(self, seed: SeededTemplate) -> Template:
        """Põe um modelo sem passar por revisão."""
        template = Template(
            str(next(self._ids)),
            seed.name,
            seed.language,
            seed.category,
            seed.status,
            list(seed.components),
            seed.parameter_format,
            seed.quality,
        )
        self._all[template.id] = template
        self.version += 1
        return template

    def everything(self) -> list[Template]:
        """Todos."""
        return list(self._all.values())

    def by_id(self, template_id: str) -> Template | None:
        """O de id `template_id`."""
        return self._all.get(template_id)

    def find(self, name: str, language: str) -> Template | None:
        """O desse nome e idioma, exatos: a Meta não troca de idioma por conta própria."""
        wanted = (name, language)
        return next((each for each in self._all.values() if (each.name, each.language) == wanted), None)

    def submit(self, template: Template) -> None:
        """Manda para a revisão, que aprova em `review_ms` se ninguém decidir antes."""
        template.status = "PENDING"
        self.version += 1
        self._chores.spawn(self._reviewed(template))

    def review(self, name: str, language: str, status: str, reason: str = "NONE") -> Template:
        """A Meta decide: `APPROVED`, `REJECTED`, `PAUSED`, `DISABLED` ou outro estado.

        Raises:
            LookupError: não há esse modelo.
        """
        template = self._found(name, language)
        template.status, template.rejected_reason = status, reason
        self.version += 1
        self._notify(
            "message_template_status_update",
            {"event": status, **self._named(template), "reason": reason},
        )
        return template

    def rate(self, name: str, language: str, quality: str) -> None:
        """A qualidade muda: `GREEN`, `YELLOW`, `RED` ou `UNKNOWN`.

        Raises:
            LookupError: não há esse modelo.
        """
        template = self._found(name, language)
        old, template.quality = template.quality, quality
        scores: Json = {"previous_quality_score": old, "new_quality_score": quality}
        self._notify("message_template_quality_update", {**scores, **self._named(template)})

    def categorise(self, name: str, language: str, category: str) -> None:
        """A Meta troca a categoria.

        Raises:
            LookupError: não há esse modelo.
        """
        template = self._found(name, language)
        old, template.category = template.category, category
        changed: Json = {"previous_category": old, "new_category": category}
        self._notify("template_category_update", {**self._named(template), **changed})

    def remove(self, template: Template) -> None:
        """Apaga um."""
        del self._all[template.id]
        self.version += 1
        self._notify(
            "message_template_status_update", {"event": "DELETED", **self._named(template), "reason": "NONE"}
        )

    async def _reviewed(self, template: Template) -> None:
        await asyncio.sleep(self._review_ms / 1000)
        if template.status == "PENDING" and template.id in self._all:
            self.review(template.name, template.language, "APPROVED")

    def _found(self, name: str, language: str) -> Template:
        template = self.find(name, language)
        if template is None:
            raise LookupError("no template has that name and language")
        return template

    def _named(self, template: Template) -> Json:
        return {
            "message_template_id": int(template.id),
            "message_template_name": template.name,
            "message_template_language": template.language,
        }
