"""Ler muitos segredos promete: as versões ligadas, um prazo, e uma palavra por nome que não se pôde ler."""

from collections.abc import AsyncIterator

import grpc  # type: ignore[import-untyped]
import pytest
import pytest_asyncio

from pyloto_stream.stores.secret_manager import SecretManager
from pyloto_stream.stores.secret_reading import Found, SecretReader, Trouble
from pyloto_stream.stores.secrets import SecretVersion
from tests.support.secret_manager import PROJECT, SecretManagerServer, secret_manager


@pytest_asyncio.fixture
async def server() -> AsyncIterator[SecretManagerServer]:
    async with secret_manager() as running:
        yield running


@pytest_asyncio.fixture
async def reader(server: SecretManagerServer) -> AsyncIterator[SecretReader]:
    vault = await SecretManager.open(PROJECT, emulator_host=server.host)
    yield SecretReader(vault)
    await vault.close()


async def test_all_enabled_versions_come_newest_first_or_only_the_newest(
    server: SecretManagerServer, reader: SecretReader
) -> None:
    server.secrets["many"] = [(b"one", True), (b"two", False), (b"three", True), (b"four", False)]
    server.secrets["one"] = list(server.secrets["many"])
    found = await reader.read({"many": True, "one": False})
    assert found == {"many": Found((("3", "three"), ("1", "one"))), "one": Found((("3", "three"),))}


async def test_each_trouble_has_its_own_word_and_spoils_no_other_name(
    server: SecretManagerServer, reader: SecretReader
) -> None:
    server.secrets |= {
        "off": [(b"x", False)],
        "empty": [],
        "binary": [(b"\xff", True)],
        "fine": [(b"v", True)],
    }
    found = await reader.read(dict.fromkeys(("off", "empty", "binary", "fine", "none"), True))
    assert {name: each.trouble for name, each in found.items()} == {
        "off": Trouble.DISABLED, "empty": Trouble.EMPTY, "binary": Trouble.UNREADABLE, "fine": None,
        "none": Trouble.MISSING,
    }  # fmt: skip
    for status, trouble in (
        (grpc.StatusCode.PERMISSION_DENIED, Trouble.DENIED),
        (grpc.StatusCode.UNAUTHENTICATED, Trouble.DENIED),
        (grpc.StatusCode.UNAVAILABLE, Trouble.DOWN),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, Trouble.DOWN),
    ):
        server.refuse = status
        assert (await reader.read({"fine": True}))["fine"].trouble == trouble


@pytest.mark.parametrize("silent", [True, False])
async def test_a_vault_that_does_not_answer_costs_its_time_limit_once(
    server: SecretManagerServer,
    silent: bool,  # noqa: FBT001 — tabela
) -> None:
    server.silent, server.damage = silent, not silent
    server.secrets["a"] = server.secrets["b"] = [(b"value", True)]
    vault = await SecretManager.open(PROJECT, emulator_host=server.host, timeout_s=30)
    found = await SecretReader(vault, within_s=0.2).read({"a": True, "b": True})
    await vault.close()
    assert {each.trouble for each in found.values()} == {Trouble.DOWN}


async def test_a_version_is_read_once_and_forgotten_when_it_is_disabled(
    server: SecretManagerServer, reader: SecretReader
) -> None:
    server.secrets["a"] = [(b"one", True), (b"two", True)]
    await reader.read({"a": True})
    before = next(server.calls)
    await reader.read({"a": True})
    assert next(server.calls) - before == 2  # uma lista, e a própria conta
    server.secrets["a"][0] = (b"one", False)
    assert (await reader.read({"a": True}))["a"].values == (("2", "two"),)
    assert reader._known == {("a", "2"): "two"}


class Racing(SecretManager):
    """Um cofre em que alguém desliga a versão mais nova logo depois de cada lista."""

    server: SecretManagerServer

    async def versions(self, name: str) -> list[SecretVersion]:
        found = await super().versions(name)
        self.server.secrets[name] = [
            (value, enabled and at + 1 != int(found[0].id))
            for at, (value, enabled) in enumerate(self.server.secrets[name])
        ]
        return found


async def test_a_version_that_is_disabled_while_it_is_read_does_not_come(server: SecretManagerServer) -> None:
    server.secrets |= {"two": [(b"one", True), (b"two", True)], "one": [(b"one", True)]}
    vault = await Racing.open(PROJECT, emulator_host=server.host)
    vault.server = server
    found = await SecretReader(vault).read({"two": False, "one": True})
    await vault.close()
    assert found == {"two": Found((("1", "one"),)), "one": Found(trouble=Trouble.DISABLED)}


async def test_neither_values_nor_names_are_shown(server: SecretManagerServer, reader: SecretReader) -> None:
    server.secrets["a"] = [(b"planted", True)]
    found = await reader.read({"a": True, "none": True})
    assert repr(found) == "{'a': <Found 1>, 'none': <Found MISSING>}"
    assert repr(reader) == "<SecretReader>"
