"""`UserProfileStore`, em cada banco: o que se sabe de uma pessoa, lacrado, uma vez só e na ordem certa."""

import asyncio
import itertools

import pytest

from pyloto_stream.conversation.person import LeadProfile, ProfileRecord
from pyloto_stream.conversation.records import Record
from pyloto_stream.errors import PermanentError, UnavailableError
from pyloto_stream.stores.ports import Documents, Query, Update, scan
from pyloto_stream.stores.profile_document import Profile
from pyloto_stream.stores.profiles import PROFILES, HistoryEntry, UserProfileStore, history_path, profile_path
from pyloto_stream.stores.trail import AuditTrail
from tests.support.documents import Watched, everything
from tests.support.profiles import (
    ALL_OF_HER,
    FIRM,
    NAME,
    NEW,
    OLD,
    PHONE,
    PLANTED,
    TRADE,
    known,
    named,
    profiles,
)
from tests.support.records import T0, USER, action, inbound

NOBODY = LeadProfile()


async def found(store: UserProfileStore, user_key: str = USER) -> Profile:
    profile = await store.get(user_key)
    assert profile is not None
    return profile


async def entries(store: UserProfileStore) -> list[HistoryEntry]:
    return (await store.history(USER))[0]


async def raw(documents: Documents) -> dict[str, object]:
    """Tudo o que há de perfis, como está no banco."""
    stored: dict[str, object] = {}
    for place in (PROFILES, history_path(USER)):
        async for document in scan(documents, Query(place)):
            stored[document.path] = document.data
    return stored


async def test_what_was_put_is_found_open_by_key_and_by_phone(documents: Documents) -> None:
    store = profiles(documents)
    assert await store.get(USER) is None
    assert await store.get_by_phone(PHONE) is None
    assert await store.put(USER, known())
    profile = await found(store)
    assert profile.lead == ALL_OF_HER
    assert profile.facts == {"company": FIRM, "segment": TRADE}
    assert (profile.intents, profile.lead_score, profile.qualification) == (["CUSTOM_SOFTWARE"], 85, "high")
    assert (profile.consent_version, profile.consent_at) == ("1", "2023-11-14T22:13:20.000Z")
    assert (profile.created_at, profile.updated_at) == ("2023-11-14T22:13:20.001Z",) * 2
    assert (profile.shows_phone, profile.unopenable, profile.tenant_id) == (True, (), "default")
    assert await store.get_by_phone(f"+{PHONE}") == profile
    assert await store.get_by_phone("5542911112222") is None


async def test_nothing_that_identifies_is_readable_in_what_is_stored(documents: Documents) -> None:
    store = profiles(documents)
    await store.put(USER, known(1))
    await store.put(USER, named(2, "Jacira Quimera"))
    text = str(await raw(documents))
    assert [word for word in PLANTED if word in text] == []
    assert "J••••" in text


async def test_history_says_what_changed_newest_first_and_masked(documents: Documents) -> None:
    store = profiles(documents)
    await store.put(USER, known(1))
    await store.put(USER, named(2, "Ana"))
    newest, first = await entries(store)
    assert (newest.id, newest.at) == ("2:profile", "2023-11-14T22:13:20.002Z")
    assert [(c.field, c.before, c.after) for c in newest.changes] == [("name", "J••••", "••••")]
    told = {change.field: (change.before, change.after) for change in first.changes}
    assert told["phone"] == ("", "5••••")
    assert {"name", "business_name", "city", "is_business", "facts.segment", "consent_version"} < told.keys()
    page, after = await store.history(USER, limit=1)
    assert page == [newest]
    assert await store.history(USER, start=after, limit=1) == ([first], None)


async def test_repeating_records_changes_nothing_however_often_and_in_any_order(documents: Documents) -> None:
    store = profiles(documents)
    records = [known(1), named(2, "Ana Lima"), known(3, NOBODY, facts={}, dropped=("segment",), level="")]
    for record in records:
        await store.put(USER, record)
    before = await raw(documents)
    for again in itertools.permutations(records):
        assert [await store.put(USER, record) for record in again] == [False, False, False]
    assert await raw(documents) == before
    assert (await found(store)).facts == {"company": FIRM}


async def test_the_latest_instant_wins_and_a_late_record_only_fills_what_is_empty(
    documents: Documents,
) -> None:
    store = profiles(documents)
    await store.put(USER, named(5, "Ana Lima"))
    assert await store.put(USER, known(2))
    profile = await found(store)
    assert profile.lead.name == "Ana Lima"
    assert profile.lead.business_name == FIRM
    assert (profile.lead_score, profile.updated_at) == (85, "2023-11-14T22:13:20.005Z")
    assert profile.created_at == "2023-11-14T22:13:20.002Z"
    assert not profile.shows_phone


async def test_at_one_instant_the_later_turn_wins(documents: Documents) -> None:
    store = profiles(documents)
    for record in (named(0x9, "Ana Lima"), named(0x10, "Bia Reis")):
        await store.put(USER, ProfileRecord(record.id, T0, record.profile))
    assert not await store.put(USER, ProfileRecord("9:profile", T0, named(9, "Ana Lima").profile))
    assert (await found(store)).lead.name == "Bia Reis"


async def test_silence_erases_nothing_and_what_is_undone_goes(documents: Documents) -> None:
    store = profiles(documents)
    await store.put(USER, known(1))
    await store.put(USER, known(2, NOBODY, facts={}, level=""))
    assert (await found(store)).lead == ALL_OF_HER
    await store.put(USER, known(3, NOBODY, facts={}, dropped=("company", "business_name", "city"), level=""))
    profile = await found(store)
    assert (profile.lead.business_name, profile.lead.city, profile.facts) == ("", "", {"segment": TRADE})
    assert (await entries(store))[0].changes[0].after == ""


async def test_who_stops_showing_a_phone_is_still_found_by_it(documents: Documents) -> None:
    store = profiles(documents)
    await store.put(USER, known(1))
    await store.put(USER, named(2, NAME))
    profile = await store.get_by_phone(PHONE)
    assert profile is not None
    assert (profile.lead.phone, profile.shows_phone) == (PHONE, False)


async def test_a_phone_that_changed_hands_is_found_with_who_has_it_now(documents: Documents) -> None:
    store = profiles(documents)
    await store.put("before", known(1))
    await store.put("after", known(2, LeadProfile("Bia Reis", PHONE)))
    profile = await store.get_by_phone(PHONE)
    assert profile is not None
    assert profile.user_key == "after"


async def test_fields_of_a_newer_version_and_seals_without_a_key_stay_as_they_are(
    documents: Documents,
) -> None:
    newer = profiles(documents, {1: OLD, 2: NEW})
    await newer.put(USER, known(1))
    await documents.write(Update(profile_path(USER), {"schema": 9, "mood": "calm"}))
    older = profiles(documents, {1: OLD})
    profile = await found(older)
    assert set(profile.unopenable) == {"name", "phone", "business_name", "facts.company", "facts.segment"}
    assert (profile.lead.city, profile.lead.name, profile.schema) == ("Ponta Grossa", "", 9)
    assert await older.get_by_phone(PHONE) == profile
    await older.put(USER, named(2, "Ana Lima"))
    profile = await found(newer)
    assert (profile.lead.name, profile.lead.phone, profile.facts["segment"]) == ("Ana Lima", PHONE, TRADE)
    assert (profile.schema, profile.unopenable) == (9, ())
    document = await documents.get(profile_path(USER))
    assert document is not None
    assert document.data["mood"] == "calm"
    change = (await entries(newer))[0].changes[0]
    assert (change.before, change.after) == ("••••", "A••••")


async def test_a_document_of_an_older_version_reads_with_what_it_lacks_empty(documents: Documents) -> None:
    await documents.set(profile_path(USER), {"user_key": USER, "city": "Castro"})
    store = profiles(documents)
    assert (await found(store)).lead == LeadProfile(city="Castro")
    await store.put(USER, known(1))
    assert (await found(store)).lead == ALL_OF_HER


async def test_what_does_not_decode_is_refused_by_name_and_left_as_it_is(documents: Documents) -> None:
    store = profiles(documents)
    await documents.set(profile_path(USER), {"user_key": USER, "facts": 7})
    await documents.set(f"{history_path(USER)}/1", {"id": "1", "at": "2026", "changes": 7})
    for work in (store.get(USER), store.put(USER, known()), store.history(USER)):
        with pytest.raises(PermanentError) as refused:
            await work
        assert refused.value.code == "undecodable_document"
    assert (await raw(documents))[profile_path(USER)] == {"user_key": USER, "facts": 7}


async def test_forget_leaves_nothing_and_may_be_repeated_or_cut(documents: Documents) -> None:
    store = profiles(documents)
    for number in (1, 2, 3):
        await store.put(USER, named(number, f"Ana {number}"))
    await store.put("other", known())
    cut = Watched(documents)
    cut.lose = 1
    with pytest.raises(UnavailableError):
        await profiles(cut).forget(USER)
    await store.forget(USER)
    assert [path for path in await raw(documents) if USER in path] == []
    assert await store.forget(USER) == 0
    assert (await found(store, "other")).lead == ALL_OF_HER
    assert await store.put(USER, known(1))
    assert await store.forget(USER) == 2


async def test_two_writers_of_one_profile_lose_nothing(documents: Documents) -> None:
    trail = AuditTrail(documents, profiles=profiles(documents))
    one = known(1, LeadProfile("Ana Lima"), facts={}, level="")
    other = known(2, LeadProfile(city="Castro"), facts={"segment": TRADE}, level="")
    await asyncio.gather(trail.record(USER, [one], None), trail.record(USER, [other], None))
    profile = await found(profiles(documents))
    assert (profile.lead, profile.facts) == (LeadProfile("Ana Lima", city="Castro"), {"segment": TRADE})
    assert len(await entries(profiles(documents))) == 2


def told() -> list[Record]:
    """Um turno inteiro, em que duas vezes se soube algo."""
    return [inbound(1), known(1), action(1), named(2, "Ana Lima")]


async def test_a_turn_writes_the_profile_with_its_trail_or_neither(documents: Documents) -> None:
    watched = Watched(documents)
    trail = AuditTrail(watched, profiles=profiles(watched))
    turn = told()
    watched.refuse = 1
    with pytest.raises(UnavailableError):
        await trail.record(USER, turn, None)
    assert await raw(documents) == await everything(documents, USER) == {}
    watched.lose, watched.writes = 1, []
    with pytest.raises(UnavailableError):
        await trail.record(USER, turn, None)
    before = (await raw(documents), await everything(documents, USER))
    await trail.record(USER, turn, None)
    assert (await raw(documents), await everything(documents, USER)) == before
    assert (await found(profiles(documents))).lead.name == "Ana Lima"
    assert [entry.id for entry in await entries(profiles(documents))] == ["2:profile", "1:profile"]
