"""Como a Meta escreve um modelo numa lista? Lido com folga, entregue de um jeito só.

Promete: ids em texto, enumerações em maiúsculas, variáveis achadas na definição (os exemplos dela são
amostras, e não vêm). Um item ilegível não esconde os outros: é contado. Limite: de `next` só
importa se veio; nunca é guardado nem seguido, porque leva o token: continua-se por `after`.
"""

import re
from collections.abc import Iterator

import msgspec

from pyloto_stream.errors import TransientError
from pyloto_stream.template import Part, PartButton, Template

VARIABLE = re.compile(r"\{\{\s*([A-Za-z0-9_]{1,64})\s*\}\}")
"""`{{1}}` ou `{{first_name}}`."""
FIELDS = (
    "id", "name", "language", "status", "category", "components", "parameter_format", "quality_score",
    "rejected_reason",
)  # fmt: skip
"""O que se pede à Graph (página "Template management")."""


class _Button(msgspec.Struct, frozen=True):
    type: str = ""
    text: str | None = None
    url: str | None = None
    otp_type: str | None = None


class _Component(msgspec.Struct, frozen=True):
    type: str = ""
    format: str | None = None
    text: str | None = None
    buttons: list[_Button] | None = None
    cards: list[msgspec.Raw] | None = None


class _Quality(msgspec.Struct, frozen=True):
    score: str | None = None


class _Listed(msgspec.Struct, frozen=True):
    id: str | int
    name: str
    language: str
    status: str
    category: str | None = None
    parameter_format: str | None = None
    components: list[_Component] | None = None
    quality_score: _Quality | str | None = None
    rejected_reason: str | None = None


class _Cursors(msgspec.Struct, frozen=True):
    after: str | None = None


class _Paging(msgspec.Struct, frozen=True):
    cursors: _Cursors | None = None
    next: str | None = None


class _Page(msgspec.Struct, frozen=True):
    data: list[msgspec.Raw] = []
    paging: _Paging | None = None


class Page(msgspec.Struct, frozen=True):
    """Uma página da lista. `after`: de onde continuar, vazio no fim; `unread`: itens ilegíveis."""

    templates: tuple[Template, ...]
    after: str
    unread: int


_page = msgspec.json.Decoder(_Page)
_listed = msgspec.json.Decoder(_Listed)


def read_page(body: bytes, account_id: str) -> Page:
    """A página que `body` é.

    Raises:
        TransientError: code `unreadable_templates`; a resposta não tem a forma de uma lista.
    """
    try:
        page = _page.decode(body)
    except msgspec.MsgspecError:
        raise TransientError("the template list does not decode", code="unreadable_templates") from None
    found, unread = [], 0
    for raw in page.data:
        try:
            found.append(_template(_listed.decode(raw), account_id))
        except msgspec.MsgspecError:
            unread += 1
    paging = page.paging or _Paging()
    after = (paging.cursors.after or "") if paging.next and paging.cursors else ""
    return Page(tuple(found), after, unread)


def _template(raw: _Listed, account_id: str) -> Template:
    parts = tuple(_part(component) for component in raw.components or ())
    quality = raw.quality_score.score if isinstance(raw.quality_score, _Quality) else raw.quality_score
    reason = raw.rejected_reason or ""
    return Template(
        id=str(raw.id),
        account_id=account_id,
        name=raw.name,
        language=raw.language,
        category=(raw.category or "").upper(),
        status=raw.status.upper(),
        quality=(quality or "UNKNOWN").upper(),
        components=parts,
        parameter_format=(raw.parameter_format or "POSITIONAL").upper(),
        parameters=tuple(_parameters(parts)),
        rejected_reason="" if reason.upper() == "NONE" else reason,
    )


def _part(raw: _Component) -> Part:
    return Part(
        type=raw.type.upper(),
        format=(raw.format or "").upper(),
        text=raw.text or "",
        buttons=tuple(
            PartButton(each.type.upper(), each.text or "", each.url or "", (each.otp_type or "").upper())
            for each in raw.buttons or ()
        ),
        cards=len(raw.cards or ()),
    )


def variables(text: str) -> tuple[str, ...]:
    """As variáveis de `text`, na ordem, cada uma uma vez."""
    return tuple(dict.fromkeys(VARIABLE.findall(text)))


def _parameters(parts: tuple[Part, ...]) -> Iterator[str]:
    for part in parts:
        yield from (f"{part.type.lower()}.{name}" for name in variables(part.text))
        for place, button in enumerate(part.buttons):
            yield from (f"buttons.{place}.{name}" for name in variables(button.url))
