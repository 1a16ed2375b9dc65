"""`flows` promete: uma chave que só o dono lê e nunca se sobrescreve; a parte pública na Meta, conferida."""

import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
import pytest_asyncio

from pyloto_stream.cli.local_forms import LOCAL_IDS
from pyloto_stream.conversation.forms import FORMS
from pyloto_stream.settings import DEFAULTS
from pyloto_stream.simulator.app import Simulator
from pyloto_stream.simulator.config import SimulatorConfig
from pyloto_stream.whatsapp.flows.keys import fingerprint, load_keys, public_pem
from pyloto_stream.whatsapp.flows.registration import key_status
from pyloto_stream.whatsapp.graph_call import Call
from tests.support.command import run
from tests.support.flows import private_pem

NUMBER = DEFAULTS.whatsapp_phone_number_id
TOKEN = DEFAULTS.whatsapp_access_token.reveal()


@pytest_asyncio.fixture
async def meta() -> AsyncIterator[tuple[Simulator, Mapping[str, str]]]:
    """A Meta local e o ambiente de quem fala com ela."""
    simulator = Simulator(SimulatorConfig(app_secret="s", access_token=TOKEN, verify_token="v"))
    url = await simulator.start()
    pems = (private_pem("new") + private_pem("old")).decode().replace("\n", "\\n")
    yield simulator, {"WHATSAPP_API_BASE_URL": url, "FLOW_PRIVATE_KEY": pems}
    await simulator.stop()


class TestKeygen:
    async def test_the_key_is_only_its_owners_and_is_never_shown_or_overwritten(self, tmp_path: Path) -> None:
        done = await run("flows", "keygen", "--out", "flow.pem", "--json", folder=tmp_path)
        pem = (tmp_path / "flow.pem").read_bytes()
        (key,) = load_keys(pem)
        assert json.loads(done.out) == {"path": "flow.pem", "fingerprint": fingerprint(key)}
        assert (tmp_path / "flow.pem").stat().st_mode & 0o777 == 0o600
        again = await run("flows", "keygen", "--out", "flow.pem", folder=tmp_path)
        assert (again.code, again.err) == (2, "--out: the file exists; a key is never overwritten\n")
        assert (tmp_path / "flow.pem").read_bytes() == pem

    async def test_a_passphrase_comes_from_a_variable_and_encrypts_the_key(self, tmp_path: Path) -> None:
        command = ("flows", "keygen", "--out", "flow.pem", "--passphrase-env", "SECRET_WORD")
        empty = await run(*command, folder=tmp_path)
        assert (empty.code, (tmp_path / "flow.pem").exists()) == (2, False)
        done = await run(*command, env={"SECRET_WORD": "um segredo"}, folder=tmp_path)
        pem = (tmp_path / "flow.pem").read_bytes()
        (key,) = load_keys(pem, b"um segredo")
        assert b"ENCRYPTED" in pem
        assert fingerprint(key) in done.out
        assert "um segredo" not in done.out + done.err


class TestUploadKey:
    async def test_the_newest_key_is_given_to_meta_and_read_back(
        self, meta: tuple[Simulator, Mapping[str, str]]
    ) -> None:
        simulator, environ = meta
        done = await run("flows", "upload-key", "--json", env=environ)
        (key,) = load_keys(private_pem("new"))
        assert json.loads(done.out) == {"number": NUMBER, "fingerprint": fingerprint(key), "status": "VALID"}
        assert (done.code, done.err) == (0, "")
        assert simulator.public_key().split() == public_pem(key).split()

    async def test_a_refusal_of_meta_is_told_and_exits_1(
        self, meta: tuple[Simulator, Mapping[str, str]]
    ) -> None:
        simulator, environ = meta
        done = await run("flows", "upload-key", env={**environ, "WHATSAPP_ACCESS_TOKEN": "another-token"})
        assert (done.code, done.out) == (1, "")
        assert done.err.startswith("graph_")
        assert "another-token" not in done.err
        assert simulator.public_key() == ""

    async def test_without_a_key_there_is_nothing_to_upload(self) -> None:
        done = await run("flows", "upload-key")
        assert (done.code, done.err) == (2, "FLOW_PRIVATE_KEY: required here\n")


class TestJson:
    async def test_the_file_to_publish_is_printed_as_it_is(self) -> None:
        done = await run("flows", "json", "driver_signup")
        assert done.out.encode() == FORMS["driver_signup"].definition
        unknown = await run("flows", "json", "nothing")
        assert (unknown.code, unknown.out) == (2, "")


class Said:
    """A Graph respondendo sempre `body`."""

    def __init__(self, body: str) -> None:
        self.body = body

    async def call(self, call: Call) -> bytes:
        assert (call.method, call.path) == ("GET", "1/whatsapp_business_encryption")
        return self.body.encode()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ('{"business_public_key":"K","business_public_key_signature_status":"VALID"}', "VALID"),
        ('{"data":[{"business_public_key":"K\\n","business_public_key_signature_status":"VALID"}]}', "VALID"),
        ('{"business_public_key":"K","business_public_key_signature_status":"MISMATCH"}', "MISMATCH"),
        ('{"business_public_key":"L","business_public_key_signature_status":"VALID"}', "DIFFERENT"),
        ('{"data":[]}', "ABSENT"),
        ("{}", "ABSENT"),
    ],
)
async def test_what_meta_has_is_compared_with_what_we_have(body: str, status: str) -> None:
    assert await key_status(Said(body), "1", "K") == status


def test_every_form_has_an_id_on_the_local_meta() -> None:
    assert list(LOCAL_IDS) == list(FORMS)
    assert len(set(LOCAL_IDS.values())) == len(FORMS)
