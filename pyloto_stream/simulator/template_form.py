"""A Meta aceitaria esta definição de modelo? Nome, idioma, categoria e cada componente.

Fonte: páginas "Templates" e "Template components" (2026). Limite: não confere a proporção entre palavras e
variáveis nem o conteúdo; carrossel e oferta com prazo não existem aqui.
"""

import re
from itertools import pairwise

import msgspec

from pyloto_stream.simulator.node import Node
from pyloto_stream.simulator.refusal import RefusedCallError
from pyloto_stream.simulator.seeds import Component

_NAME = re.compile(r"[a-z0-9_]{1,512}", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Z]{2,3})?", re.ASCII)
VARIABLE = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}", re.ASCII)
_NAMED = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_KEYS = ("name", "language", "category", "components", "parameter_format", "allow_category_change",
         "message_send_ttl_seconds")  # fmt: skip
_PART = ("type", "format", "text", "example", "buttons", "add_security_recommendation",
         "code_expiration_minutes")  # fmt: skip
_BUTTON = ("type", "text", "url", "phone_number", "example", "flow_id", "flow_name", "flow_json",
           "flow_action", "navigate_screen", "otp_type", "icon")  # fmt: skip
_BUTTONS_MOST = {"URL": 2, "PHONE_NUMBER": 1, "COPY_CODE": 1, "FLOW": 1}
_FORMATS = ("TEXT", "IMAGE", "VIDEO", "GIF", "DOCUMENT", "LOCATION", "PRODUCT")


class Definition(msgspec.Struct, frozen=True):
    """Uma definição em ordem."""

    name: str
    language: str
    category: str
    parameter_format: str
    components: list[Component]


def read_definition(document: object) -> Definition:
    """Confere uma definição.

    Raises:
        RefusedCallError: 100, ou os códigos de criação (2388040, 2388047, 2388072, 2388073, 2388299).
    """
    root = Node(document, "", _KEYS, missing=100, invalid=100)
    name, language = root.text("name", 512), root.text("language", 16)
    if not _NAME.fullmatch(name):
        raise root.wrong("name", "must have only lower-case letters, digits and underscores")
    if not _LANGUAGE.fullmatch(language):
        raise root.wrong("language", "must be a language code")
    category = root.one_of("category", "AUTHENTICATION", "MARKETING", "UTILITY")
    style = root.one_of("parameter_format", "POSITIONAL", "NAMED") if root.has("parameter_format") else ""
    style = style or "POSITIONAL"
    parts = root.nodes("components", 8, *_PART, invalid=100)
    kinds = [_component(part, named=style == "NAMED") for part in parts]
    if kinds.count("BODY") != 1 or len(set(kinds)) != len(kinds):
        raise root.wrong("components", "must have one BODY and no repeated component")
    return Definition(name, language, category, style, [dict(part.fields) for part in parts])


def variables(text: object) -> list[str]:
    """As variáveis de um texto, na ordem e sem repetir."""
    return list(dict.fromkeys(VARIABLE.findall(text))) if isinstance(text, str) else []


def _component(part: Node, *, named: bool) -> str:
    kind = part.text("type", 32).upper()
    match kind:
        case "HEADER":
            if part.one_of("format", *_FORMATS) == "TEXT":
                text = part.text("text", 60)
                if len(_checked(part, text, named=named)) > 1:
                    raise RefusedCallError(2388047, f"Param {part.path}.text takes one variable at most.")
        case "BODY":
            text = part.text("text", 1024)
            _checked(part, text, named=named)
            bare = text.strip()
            if bare.startswith("{{") or bare.endswith("}}"):
                raise RefusedCallError(2388299, f"Param {part.path}.text starts or ends with a variable.")
        case "FOOTER":
            if variables(part.text("text", 60)):
                raise RefusedCallError(2388073, f"Param {part.path}.text takes no variables.")
        case "BUTTONS":
            _buttons(part)
        case _:
            raise part.wrong("type", "is not a component the simulator knows")
    return kind


def _checked(part: Node, text: str, *, named: bool) -> list[str]:
    found = variables(text)
    if named:
        good = all(_NAMED.fullmatch(name) for name in found)
    else:
        good = found == [str(number) for number in range(1, len(found) + 1)]
    if not good:
        raise part.wrong("text", "has badly formed variables")
    if re.search(r"\}\}\s*\{\{", text):
        raise RefusedCallError(2388072, f"Param {part.path}.text has adjacent variables.")
    return found


def _buttons(part: Node) -> None:
    kinds = []
    for button in part.nodes("buttons", 10, *_BUTTON, invalid=100):
        kind = button.text("type", 32).upper()
        kinds.append(kind)
        if kind != "COPY_CODE":
            button.text("text", 25)
        if kind == "URL":
            url = button.text("url", 2000)
            spots = variables(url)
            if len(spots) > 1 or (spots and not url.endswith("}}")):
                raise button.wrong("url", "takes one variable, at its end")
    for kind, most in _BUTTONS_MOST.items():
        if kinds.count(kind) > most:
            raise part.wrong("buttons", f"has too many buttons of type {kind}")
    quick = [kind == "QUICK_REPLY" for kind in kinds]
    if sum(before != after for before, after in pairwise(quick)) > 1:
        raise part.wrong("buttons", "must group quick replies and the others")
