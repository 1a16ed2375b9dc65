"""Que modelos a conta fictícia já tem? Um de cada feitio, na forma em que a Meta os lista."""

import msgspec

Component = dict[str, object]


class SeededTemplate(msgspec.Struct, frozen=True):
    """Um modelo que já existe. `components` como na definição: `HEADER`, `BODY`, `FOOTER`, `BUTTONS`."""

    name: str
    components: tuple[Component, ...]
    language: str = "pt_BR"
    category: str = "UTILITY"
    status: str = "APPROVED"
    parameter_format: str = "POSITIONAL"
    quality: str = "GREEN"


def body(text: str) -> Component:
    """O corpo de um modelo."""
    return {"type": "BODY", "text": text}


def buttons(*items: Component) -> Component:
    """Os botões de um modelo."""
    return {"type": "BUTTONS", "buttons": list(items)}


SEEDED = (
    SeededTemplate("retomar_contato", (body("Oi! Podemos continuar a nossa conversa?"),)),
    SeededTemplate(
        "aviso_de_entrega",
        (
            {"type": "HEADER", "format": "TEXT", "text": "Pedido {{1}}"},
            body("Olá, {{1}}! O seu pedido sai às {{2}} de hoje."),
            {"type": "FOOTER", "text": "Pyloto"},
            buttons(
                {"type": "QUICK_REPLY", "text": "Falar com alguém"},
                {"type": "URL", "text": "Acompanhar", "url": "https://example.com/p/{{1}}"},
            ),
        ),
    ),
    SeededTemplate(
        "boas_vindas",
        (body("Olá, {{first_name}}! Que bom ter você em {{city}} com a gente."),),
        category="MARKETING",
        parameter_format="NAMED",
    ),
    SeededTemplate(
        "foto_do_comprovante",
        ({"type": "HEADER", "format": "IMAGE"}, body("Segue o comprovante da sua entrega.")),
    ),
    SeededTemplate("promocao_antiga", (body("Uma novidade para você."),), status="PAUSED", quality="RED"),
)
"""`retomar_contato` não tem parâmetros e serve para voltar a falar depois de 24 h."""
