"""Como um perfil fica guardado? O que identifica a pessoa lacrado, campo a campo; o resto à vista.

Promete: ler aceita documentos de versões mais velhas (faltam campos) e mais novas (sobram). Puro.
"""

from collections.abc import Mapping

import msgspec

from pyloto_stream.conversation.person import LeadProfile
from pyloto_stream.errors import PermanentError
from pyloto_stream.stores.values import Data

SCHEMA = 1
SEALED = ("name", "phone", "business_name")
"""Além destes, todo valor de `facts`: é o que a pessoa escreveu."""
PLAIN = ("city", "role")
FACTS = "facts."
"""Antes do nome de um campo colhido, onde se fala dos campos do perfil."""
MASK = "••••"


class Stored(msgspec.Struct):
    """O documento como está guardado; `name`, `phone`, `business_name` e os valores de `facts` são lacres."""

    user_key: str
    tenant_id: str = ""
    schema: int = SCHEMA
    created_at: str = ""
    updated_at: str = ""
    record_id: str = ""
    """O último registro aplicado, com `updated_at`: diz se outro é mais novo."""
    name: str = ""
    phone: str = ""
    phone_key: str = ""
    shows_phone: bool = False
    business_name: str = ""
    city: str = ""
    role: str = ""
    is_business: bool = False
    facts: dict[str, str] = {}
    intents: list[str] = []
    lead_score: int = 0
    qualification: str = ""
    qualification_reasons: list[str] = []
    consent_version: str = ""
    consent_at: str = ""


class Profile(msgspec.Struct, frozen=True):
    """Um perfil aberto. `unopenable`: os campos (`name`, `facts.company`) que estas chaves não abrem."""

    user_key: str
    tenant_id: str
    created_at: str
    updated_at: str
    lead: LeadProfile
    shows_phone: bool = False
    facts: dict[str, str] = {}
    intents: list[str] = []
    lead_score: int = 0
    qualification: str = ""
    qualification_reasons: list[str] = []
    consent_version: str = ""
    consent_at: str = ""
    schema: int = SCHEMA
    unopenable: tuple[str, ...] = ()


class Change(msgspec.Struct, frozen=True, rename={"before": "from", "after": "to"}):
    """Um campo que mudou, com os dois valores mascarados; vazio é não haver."""

    field: str
    before: str
    after: str


def stored_of(data: Data) -> Stored:
    """O documento decodificado; campos desconhecidos ficam de fora, e quem grava os conserva.

    Raises:
        PermanentError: code `undecodable_document`.
    """
    try:
        return msgspec.convert(data, Stored)
    except msgspec.ValidationError as error:
        raise PermanentError("stored profile does not decode", code="undecodable_document") from error


def masked(value: object) -> str:
    """`João` → `J••••`; de um valor curto nem a primeira letra; o tamanho não se vê."""
    text = " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return "" if not text else (text[0] if len(text) > 3 else "") + MASK


def context(path: str, field: str) -> str:
    """O lugar a que um lacre está preso."""
    return f"{path}#{field}"


def sealed_fields(stored: Stored) -> Mapping[str, str]:
    """Os lacres de um documento, por campo; os vazios não contam."""
    lead = {name: getattr(stored, name) for name in SEALED if getattr(stored, name)}
    return {**lead, **{f"{FACTS}{name}": text for name, text in stored.facts.items()}}


SHARED = tuple(
    name for name in Profile.__struct_fields__ if name in Stored.__struct_fields__ and name != "facts"
)
"""O que se lê do documento como está."""
