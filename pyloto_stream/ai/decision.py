"""Em que forma o modelo responde? Uma estrutura só, e o esquema JSON estrito que dela se deriva.

Promete: o esquema que sai só tem o que o modo estrito aceita (tudo obrigatório, nada além, sem limites), com
os nomes dos arquivos de dados; os limites valem ao ler a resposta. Limite: não diz se o que veio é verdade.
"""

from collections.abc import Mapping
from typing import Annotated, Literal, cast

import msgspec

from pyloto_stream.ai.chat import ModelError
from pyloto_stream.conversation.flows import FIELDS, INTENTS
from pyloto_stream.conversation.records import Intent
from pyloto_stream.conversation.texts import TOPICS
from pyloto_stream.conversation.understanding import ReplyKind

MAX_REPLY = 500
"""Contrato, seção 8."""
Confidence = Annotated[float, msgspec.Meta(ge=0, le=1)]
ModelGesture = Literal[
    "", "human", "erase", "cancel", "back", "refuse", "yes", "no", "thanks", "menu", "greeting"
]
"""Os gestos que o modelo pode dizer: só as regras chamam alguém de spam."""
_NOT_STRICT = frozenset((
    "title", "default", "description", "pattern",
    "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems",
))  # fmt: skip


class HeardIntent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Um assunto percebido."""

    intent: Intent
    confidence: Confidence


class HeardFact(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Um dado dito; `correction`: a pessoa corrige o que já tinha dito."""

    field: Annotated[str, msgspec.Meta(max_length=64)]
    value: Annotated[str, msgspec.Meta(max_length=1000)]
    correction: bool


class Decision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """O que o modelo entendeu, e o que propõe dizer; os campos como em `Understanding`."""

    intents: Annotated[tuple[HeardIntent, ...], msgspec.Meta(max_length=8)]
    facts: Annotated[tuple[HeardFact, ...], msgspec.Meta(max_length=30)]
    gesture: ModelGesture
    topic: Annotated[str, msgspec.Meta(max_length=64)]
    aside: bool
    kind: ReplyKind
    reply: Annotated[str, msgspec.Meta(max_length=MAX_REPLY)]
    confidence: Confidence


_decision = msgspec.json.Decoder(Decision)


class OffSchemaError(ModelError):
    """A resposta não tem a forma pedida; a mensagem diz onde, sem citar o conteúdo."""

    code = "off_schema"


def decode(text: str) -> Decision:
    """Lê a resposta do modelo.

    Raises:
        OffSchemaError: não é o JSON pedido ou passa dos limites.
    """
    try:
        return _decision.decode(text)
    except msgspec.ValidationError as error:
        where = str(error).rpartition(" - at ")[2].strip("`") if " - at " in str(error) else "$"
        raise OffSchemaError(f"the value at {where} does not fit the schema") from None
    except (msgspec.DecodeError, UnicodeEncodeError):
        raise OffSchemaError("not a JSON document") from None


def strict_schema() -> dict[str, object]:
    """O esquema JSON de `Decision`, como o modo estrito da API o quer."""
    _, parts = msgspec.json.schema_components((Decision,), ref_template="{name}")
    shape = cast("dict[str, object]", _strict(parts["Decision"], parts))
    _names(shape, "facts", "field", list(FIELDS))
    _names(shape, "intents", "intent", list(INTENTS))
    properties = cast("dict[str, dict[str, object]]", shape["properties"])
    properties["topic"] = {"type": "string", "enum": ["", *TOPICS]}
    return shape


def _names(shape: dict[str, object], listed: str, name: str, names: list[str]) -> None:
    """Enumera o que só os arquivos de dados sabem: os valores de `name` nos itens de `listed`."""
    properties = cast("dict[str, dict[str, dict[str, dict[str, object]]]]", shape["properties"])
    properties[listed]["items"]["properties"][name] = {"type": "string", "enum": names}


def _strict(node: object, parts: Mapping[str, object]) -> object:
    if isinstance(node, list):
        return [_strict(item, parts) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _strict(parts[node["$ref"]], parts)
    if "properties" in node:
        inner = {name: _strict(value, parts) for name, value in node["properties"].items()}
        return {"type": "object", "properties": inner, "required": list(inner), "additionalProperties": False}
    kept = {key: _strict(value, parts) for key, value in node.items() if key not in _NOT_STRICT}
    if "enum" in kept:
        kept.setdefault("type", "string")
    return kept
