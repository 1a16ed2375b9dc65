"""O que se sabe de uma pessoa, e como isso chega ao perfil dela? `LeadProfile`, e o registro que o leva."""

from typing import Literal

import msgspec


class LeadProfile(msgspec.Struct, frozen=True, omit_defaults=True):
    """Quem é a pessoa, no que se sabe (contrato, seção 5). `phone`: dígitos E.164, se ela o mostra."""

    name: str = ""
    phone: str = ""
    city: str = ""
    is_business: bool = False
    business_name: str = ""
    role: str = ""


class ProfileRecord(msgspec.Struct, frozen=True, tag_field="record", tag="profile", omit_defaults=True):
    """O que se passou a saber num turno; vai para `user_profiles/{user_key}`, por `stores/profiles.py`.

    Um retrato: `profile` e `facts` (campo → valor) trazem tudo o que se sabe agora; vazio é nada a dizer, e
    não apaga. `dropped`: os campos que a pessoa desfez. `level` vazio: nada mudou na qualificação.
    `shows_phone`: ela escreve mostrando um telefone (`profile.phone`), ou não.
    """

    id: str
    at_ms: int
    profile: LeadProfile
    shows_phone: bool = False
    facts: dict[str, str] = {}
    dropped: tuple[str, ...] = ()
    intents: tuple[str, ...] = ()
    lead_score: int = 0
    level: Literal["", "high", "medium", "low"] = ""
    reasons: tuple[str, ...] = ()
    consent_version: str = ""
    consent_at_ms: int = 0
