"""O que do perfil entra numa exportação? Tudo o que se sabe; o que identifica a pessoa, só a pedido.

Promete: sem dados pessoais, nome, telefone, empresa e as respostas colhidas aparecem mascarados, e se vê que
existem; cidade e papel, que sozinhos não identificam, à vista também entre as respostas (a regra de
`export_sessions`). Limite: um lacre de chave que já não se tem é dito, e não se lê.
"""

from pyloto_stream.records.export import ProfileOf
from pyloto_stream.records.export_content import local
from pyloto_stream.records.export_forms import Profile
from pyloto_stream.records.export_sessions import answers
from pyloto_stream.stores.profile_document import FACTS, SEALED, masked
from pyloto_stream.stores.profile_document import Profile as Opened
from pyloto_stream.stores.profiles import UserProfileStore


def profile_of(profiles: UserProfileStore) -> ProfileOf:
    """Lê de `profiles`."""

    async def read(user_key: str, personal: bool) -> Profile | None:  # noqa: FBT001 — é a forma da porta
        found = await profiles.get(user_key)
        return _pairs(found, personal=personal) if found else None

    return read


def _pairs(found: Opened, *, personal: bool) -> Profile:
    lead = found.lead
    told = {
        "name": lead.name,
        "phone": lead.phone,
        "business_name": lead.business_name,
        "city": lead.city,
        "role": lead.role,
        "is_business": "true" if lead.is_business else "",
        "intents": ", ".join(found.intents),
        "lead_score": str(found.lead_score or ""),
        "qualification": found.qualification,
        "qualification_reasons": ", ".join(found.qualification_reasons),
        "consent_version": found.consent_version,
        "consent_at": local(found.consent_at),
        "created_at": local(found.created_at),
        "updated_at": local(found.updated_at),
        **{f"{FACTS}{name}": value for name, value in answers(found.facts, personal=personal).items()},
        "unopenable": ", ".join(found.unopenable),
    }
    hidden = () if personal else SEALED
    return [(name, masked(value) if name in hidden else value) for name, value in told.items() if value]
