"""O que é uma violação, e quais regras valem para qualquer campo? As peças dos validadores.

Promete: uma regra nunca falha, qualquer que seja o valor, e nunca guarda o conteúdo. Comprimento é em
pontos de código (`len` do Python): um emoji composto ou uma letra com acento combinado vale por vários. A
Meta não diz como conta; em UTF-16 um emoji valeria o dobro, por isso textos com muitos emojis pedem folga
de quem os escreve.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

import msgspec

from pyloto_stream.errors import PermanentError
from pyloto_stream.whatsapp import limits

Rule = Literal[
    "empty", "too_long", "too_few", "too_many", "repeated", "outer_spaces", "not_http", "not_unicode",
    "not_allowed", "one_source", "out_of_range", "bad_format", "unsupported", "has_emoji", "not_one_emoji",
    "line_break", "wide_spaces", "mixed", "not_json", "missing",
]  # fmt: skip

_WEB = re.compile(rf"(?:{'|'.join(limits.URL_SCHEMES)})[^\s/?#]\S*")


class Violation(msgspec.Struct, frozen=True):
    """`field` (por exemplo `buttons[1].title`) quebra `rule`.

    `limit` é o permitido e `actual` o que veio: caracteres, itens ou repetições, conforme a regra.
    """

    field: str
    rule: Rule
    limit: int = 0
    actual: int = 0

    def __str__(self) -> str:
        """Uma linha para registros: só nome de campo, regra e números."""
        return f"{self.field} {self.rule} (limit {self.limit}, actual {self.actual})"


class InvalidMessageError(PermanentError):
    """A Meta recusaria esta mensagem; `violations` diz por quê, sem o conteúdo."""

    code = "invalid_message"

    def __init__(self, *violations: Violation) -> None:
        super().__init__("; ".join(map(str, violations)))
        self.violations = violations


def text(field: str, value: str, limit: int | None, *, optional: bool = False) -> Iterator[Violation]:
    """Um texto: não vazio (só espaços também é vazio), até `limit` pontos de código, codificável em UTF-8.

    `limit` `None`: a Meta não escreve um limite. `optional`: pode ser `""`, mas não só espaços.
    """
    if not value.strip() and not (optional and not value):
        yield Violation(field, "empty", 1, 0)
    if limit is not None and len(value) > limit:
        yield Violation(field, "too_long", limit, len(value))
    try:
        value.encode()  # muitas vezes mais barato do que olhar cada caractere de todo texto bom
    except UnicodeEncodeError:
        lone = sum("\ud800" <= char <= "\udfff" for char in value)
        yield Violation(field, "not_unicode", 0, lone)


def identifier(field: str, value: str, limit: int | None = None) -> Iterator[Violation]:
    """Um texto obrigatório que volta como foi: sem espaço no início ou no fim."""
    yield from text(field, value, limit)
    spaces = len(value) - len(value.strip())
    if spaces:
        yield Violation(field, "outer_spaces", 0, spaces)


def pattern(field: str, value: str, shape: re.Pattern[str], limit: int | None = None) -> Iterator[Violation]:
    """Um texto obrigatório que cabe inteiro em `shape`."""
    found = tuple(text(field, value, limit))
    yield from found
    if not found and not shape.fullmatch(value):
        yield Violation(field, "bad_format", 0, len(value))


def count(field: str, actual: int, limit: int, *, least: int = 1) -> Iterator[Violation]:
    """De `least` a `limit` itens."""
    if actual < least:
        yield Violation(field, "too_few", least, actual)
    elif actual > limit:
        yield Violation(field, "too_many", limit, actual)


def unique(field: str, values: Iterable[object]) -> Iterator[Violation]:
    """Nenhum valor aparece duas vezes."""
    found = list(values)
    if repeated := len(found) - len(set(found)):
        yield Violation(field, "repeated", 0, repeated)


def web_address(field: str, value: str, limit: int | None = None) -> Iterator[Violation]:
    """Um endereço `http(s)` com domínio e sem espaços; o esquema em minúsculas, como a Meta o escreve."""
    yield from text(field, value, limit)
    if value and not _WEB.fullmatch(value):
        yield Violation(field, "not_http")


def source(prefix: str, media_id: str, link: str) -> Iterator[Violation]:
    """Um arquivo vem por id ou por endereço: exatamente um dos dois."""
    given = bool(media_id) + bool(link)
    if given != 1:
        yield Violation(f"{prefix}id", "one_source", 1, given)
    if media_id:
        yield from identifier(f"{prefix}id", media_id)
    if link:
        yield from web_address(f"{prefix}link", link)


def json_object(field: str, value: Mapping[str, object]) -> Iterator[Violation]:
    """Dados livres que vão no JSON como estão."""
    try:
        msgspec.json.encode(dict(value))
    except (TypeError, ValueError, RecursionError):
        yield Violation(field, "not_json", 0, len(value))
