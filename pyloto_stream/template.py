"""O que é um modelo de mensagem para nós? Um valor só, que o protocolo da Meta escreve e o banco guarda.

Promete: maiúsculas e minúsculas já acertadas (a Meta usa as duas), ids sempre em texto, só o que é preciso
para enviar. Limite: os exemplos da definição não vêm (são amostras, e trazem vetor dentro de vetor). Vive
fora de `whatsapp/` e de `stores/` porque nenhum dos dois conhece o outro.
"""

import msgspec


class PartButton(msgspec.Struct, frozen=True, omit_defaults=True):
    """Botão da definição, na posição em que a Meta o conta. `type`: `QUICK_REPLY`, `URL`, `FLOW` e outros."""

    type: str
    text: str = ""
    url: str = ""
    otp_type: str = ""


class Part(msgspec.Struct, frozen=True, omit_defaults=True):
    """Componente da definição. `type` é `HEADER`, `BODY`, `FOOTER`, `BUTTONS`, `CAROUSEL` e outros.

    `format` só em `HEADER`: `TEXT`, `IMAGE`, `VIDEO`, `GIF`, `DOCUMENT`, `LOCATION` ou `PRODUCT`.
    """

    type: str
    format: str = ""
    text: str = ""
    buttons: tuple[PartButton, ...] = ()
    cards: int = 0
    """Quantos cartões, em `CAROUSEL`."""


class Template(msgspec.Struct, frozen=True):
    """Um modelo em um idioma. Instantes em ISO 8601, vazios se não se sabe.

    `status` e `quality` valem desde `status_at` e `quality_at`: só o que não é mais velho os troca.
    `synced_at`: quando a definição foi lida; `stale_at`: quando a Meta avisou que ela mudou.
    """

    id: str
    account_id: str = ""
    name: str = ""
    language: str = ""
    category: str = ""
    status: str = ""
    status_at: str = ""
    quality: str = ""
    quality_at: str = ""
    components: tuple[Part, ...] = ()
    parameter_format: str = "POSITIONAL"
    parameters: tuple[str, ...] = ()
    """Onde há variável: `body.1`, `header.first_name`, `buttons.0.1`."""
    rejected_reason: str = ""
    stale_at: str = ""
    synced_at: str = ""

    @property
    def current(self) -> bool:
        """A definição foi lida, e nada se sabe que a tenha mudado depois?"""
        return bool(self.synced_at) and self.stale_at < self.synced_at

    def part(self, kind: str) -> Part | None:
        """O componente `kind`, ou `None`."""
        return next((part for part in self.components if part.type == kind), None)
