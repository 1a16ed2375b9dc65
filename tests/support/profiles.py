"""Registros de perfil com dados plantados, e um repositório com chaves de teste."""

from typing import Literal

import msgspec

from pyloto_stream.conversation.person import LeadProfile, ProfileRecord
from pyloto_stream.stores.ports import Documents
from pyloto_stream.stores.profiles import UserProfileStore
from pyloto_stream.stores.sealing import Sealer
from tests.support.records import T0

OLD, NEW = b"1" * 32, b"2" * 32
PEPPER = b"a pepper that only tests know"
NAME, PHONE, FIRM, TRADE = "Jacira Xavantina", "5542977773333", "Padaria Quimera", "Confeitaria artesanal"
PLANTED = (NAME, "Jacira", PHONE, PHONE[-8:], FIRM, "Quimera", TRADE)
ALL_OF_HER = LeadProfile(NAME, PHONE, "Ponta Grossa", is_business=True, business_name=FIRM, role="decider")


def profiles(documents: Documents, keys: dict[int, bytes] | None = None) -> UserProfileStore:
    return UserProfileStore(documents, Sealer(keys or {1: OLD}), PEPPER)


def known(
    number: int = 1,
    profile: LeadProfile = ALL_OF_HER,
    *,
    facts: dict[str, str] | None = None,
    dropped: tuple[str, ...] = (),
    level: Literal["", "high", "medium", "low"] = "high",
    at_ms: int | None = None,
) -> ProfileRecord:
    """O registro do turno `number`."""
    return ProfileRecord(
        id=f"{number:x}:profile",
        at_ms=T0 + number if at_ms is None else at_ms,
        profile=profile,
        shows_phone=bool(profile.phone),
        facts={"company": FIRM, "segment": TRADE} if facts is None else facts,
        dropped=dropped,
        intents=("CUSTOM_SOFTWARE",),
        lead_score=85 if level else 0,
        level=level,
        reasons=("todos os dados",) if level else (),
        consent_version="1",
        consent_at_ms=T0,
    )


def named(number: int, name: str) -> ProfileRecord:
    """Um turno em que só se soube de outro nome."""
    return known(number, msgspec.structs.replace(LeadProfile(), name=name), facts={}, level="")
