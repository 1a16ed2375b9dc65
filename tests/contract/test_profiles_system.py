"""Do webhook ao perfil, por todas as etapas de verdade."""

from pathlib import Path

import pytest

from pyloto_stream.stores.profiles import UserProfileStore
from pyloto_stream.stores.sealing import Sealer
from pyloto_stream.stores.sqlite import SqliteDocuments
from pyloto_stream.whatsapp.identity import canonical_phone, user_key
from pyloto_stream.whatsapp.webhook import read
from tests.contract.test_every_kind import people, post_all, system
from tests.support import webhooks as meta
from tests.support.kinds import KINDS


@pytest.mark.timeout(120)
async def test_who_writes_once_has_a_profile_found_by_the_phone_that_was_shown(
    tmp_path: Path, redis_url: str
) -> None:
    (person,) = people(read(meta.dump(KINDS["text"])))
    async with system(tmp_path, redis_url) as local:
        pepper = local.settings.pepper_secret.reveal().encode()
        await post_all(local, {"text": KINDS["text"]})
        documents = await SqliteDocuments.open(local.settings.sqlite_path)
        store = UserProfileStore(documents, Sealer(local.settings.data_keys()), pepper)
        profile = await store.get_by_phone(canonical_phone(person.phone))
        history, _ = await store.history(user_key(pepper, person.identities()[-1]))
        await documents.close()
    assert profile is not None
    assert profile.user_key == user_key(pepper, person.identities()[-1])
    assert (f"+{profile.lead.phone}", profile.shows_phone) == (canonical_phone(person.phone), True)
    assert profile.consent_version
    assert {entry.id.rpartition(".")[2] for entry in history} == {"1", "2"}
