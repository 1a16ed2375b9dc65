"""`privacy rotate-key` promete: tudo sob a chave mais nova, uma vez só, e o que não abre fica e é dito."""

import base64
import json
from pathlib import Path

import pytest
import pytest_asyncio

from pyloto_stream.errors import UnavailableError
from pyloto_stream.stores.ports import Update, Write
from pyloto_stream.stores.profile_rotation import rotate
from pyloto_stream.stores.profiles import profile_path
from pyloto_stream.stores.sealing import Sealer
from pyloto_stream.stores.sqlite import SqliteDocuments
from tests.support.documents import Watched
from tests.support.profiles import ALL_OF_HER, NEW, OLD, known, named, profiles
from tests.support.shell import Shell

PEOPLE = [f"person-{n:03d}" for n in range(5)]
BOTH = {1: OLD, 2: NEW}


def as_setting(keys: dict[int, bytes]) -> str:
    return ",".join(f"{version}:{base64.b64encode(key).decode()}" for version, key in keys.items())


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "documents.db"


@pytest_asyncio.fixture
async def shell(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, place: Path) -> Shell:
    """Cinco perfis lacrados com a chave 1; as chaves do comando são a 1 e a 2."""
    monkeypatch.setenv("SQLITE_PATH", str(place))
    monkeypatch.setenv("DATA_ENCRYPTION_KEY", as_setting(BOTH))
    documents = await SqliteDocuments.open(place)
    for person in PEOPLE:
        await profiles(documents).put(person, known())
    await documents.close()
    return Shell(capsys)


async def readable(place: Path, keys: dict[int, bytes]) -> int:
    """Quantos perfis se leem inteiros só com `keys`."""
    documents = await SqliteDocuments.open(place)
    found = [await profiles(documents, keys).get(person) for person in PEOPLE]
    await documents.close()
    return sum(
        profile is not None and not profile.unopenable and profile.lead == ALL_OF_HER for profile in found
    )


async def test_every_profile_ends_under_the_newest_key_and_a_second_run_changes_nothing(
    shell: Shell, place: Path
) -> None:
    code, out, _ = await shell.run("privacy", "rotate-key")
    assert (code, out.splitlines()[0]) == (0, "5 profiles; 5 sealed anew with k2")
    assert await readable(place, {2: NEW}) == 5
    code, out, _ = await shell.run("privacy", "rotate-key", "--json")
    report = json.loads(out)
    assert (code, report["resealed"], report["fields"]) == (0, 0, {"k2": 25})


async def test_a_dry_run_counts_and_changes_nothing(shell: Shell, place: Path) -> None:
    code, out, _ = await shell.run("privacy", "rotate-key", "--dry-run")
    assert (code, out.splitlines()[0]) == (0, "5 profiles; 5 would be sealed anew with k2")
    assert await readable(place, {1: OLD}) == 5


async def test_a_seal_of_a_key_not_given_is_left_as_it_is_and_said(
    shell: Shell, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATA_ENCRYPTION_KEY", as_setting({2: NEW}))
    code, out, _ = await shell.run("privacy", "rotate-key")
    assert (code, "5 profiles have a seal that none of the keys opens" in out) == (1, True)
    assert await readable(place, {1: OLD}) == 5


async def test_a_seal_of_another_key_under_the_newest_version_is_not_approved(
    shell: Shell, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = await SqliteDocuments.open(place)
    await profiles(documents, {2: OLD}).put(PEOPLE[0], known(2))
    await documents.close()
    monkeypatch.setenv("DATA_ENCRYPTION_KEY", as_setting({2: NEW, 1: OLD}))
    code, out, _ = await shell.run("privacy", "rotate-key", "--dry-run", "--json")
    report = json.loads(out)
    assert (code, report["resealed"], report["unopenable"], report["fields"]) == (
        1,
        4,
        1,
        {"k1": 20, "k2": 5},
    )


async def test_keys_and_values_are_never_printed(shell: Shell) -> None:
    _, out, err = await shell.run("privacy", "rotate-key", "--json")
    shown = out + err
    assert not [
        word for word in (*as_setting(BOTH).split(","), ALL_OF_HER.name, ALL_OF_HER.phone) if word in shown
    ]


async def test_a_run_cut_in_the_middle_is_finished_by_the_next(place: Path, shell: Shell) -> None:
    documents = await SqliteDocuments.open(place)
    cut, seen = Watched(documents), list[None]()

    def step() -> None:
        seen.append(None)
        cut.refuse = len(seen) // 2

    with pytest.raises(UnavailableError):
        await rotate(cut, Sealer(BOTH), dry_run=False, step=step)
    assert len(seen) == 2
    rest = await rotate(documents, Sealer(BOTH), dry_run=False)
    assert (rest.resealed, rest.fields) == (3, {"k1": 15, "k2": 10})
    await documents.close()
    assert await readable(place, {2: NEW}) == 5


async def test_a_change_made_meanwhile_is_not_lost(place: Path, shell: Shell) -> None:
    documents = await SqliteDocuments.open(place)

    class Racing(Watched):
        """Na primeira gravação, outro muda o mesmo perfil antes."""

        async def write(self, *writes: Write) -> list[str]:
            if not self.writes:
                await profiles(self.inner).put(PEOPLE[0], named(9, "Ana Lima"))
            return await super().write(*writes)

    report = await rotate(Racing(documents), Sealer(BOTH), dry_run=False)
    assert report.resealed == 5
    changed = await profiles(documents, {2: NEW}).get(PEOPLE[0])
    assert changed is not None
    assert (changed.lead.name, changed.unopenable) == ("Ana Lima", ())
    await documents.close()


async def test_a_profile_that_does_not_decode_is_counted_and_left(shell: Shell, place: Path) -> None:
    documents = await SqliteDocuments.open(place)
    await documents.write(Update(profile_path(PEOPLE[0]), {"facts": 7}))
    report = await rotate(documents, Sealer(BOTH), dry_run=False)
    assert (report.profiles, report.resealed, report.unopenable) == (5, 4, 1)
    found = await documents.get(profile_path(PEOPLE[0]))
    assert found is not None
    assert found.data["facts"] == 7
    await documents.close()
