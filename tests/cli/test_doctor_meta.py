"""`doctor` diz o que da Meta está pronto, sem a chamar: números, modelo da janela, chave, aplicativo."""

import json
from pathlib import Path

import msgspec
import pytest

from pyloto_stream.cli.checks_meta import meta_checks
from pyloto_stream.settings import Settings, load
from pyloto_stream.stores.sqlite import SqliteDocuments
from pyloto_stream.stores.templates import TemplateStore
from pyloto_stream.template import Template
from pyloto_stream.whatsapp.flows.keys import new_key
from tests.support.command import run

APPROVED = Template("501", name="retomar_contato", language="pt_BR", status="APPROVED")
OTHER = "100000000000002"


def settings(folder: Path, **environ: str) -> Settings:
    return load({"SQLITE_PATH": str(folder / "documents.sqlite3"), **environ})


async def told(which: Settings) -> dict[str, tuple[str, str]]:
    return {check.name: (check.standing, check.detail) for check in await meta_checks(which)}


async def test_every_number_is_shown_with_its_pace(tmp_path: Path) -> None:
    found = await told(
        settings(
            tmp_path,
            WHATSAPP_ACCESS_TOKENS=f"{OTHER}:EAA-segredo",
            WHATSAPP_MESSAGES_PER_SECOND=f"60,{OTHER}:20",
        )
    )
    assert found["numbers"] == ("ok", f"100000000000001 at 60/s; {OTHER} at 20/s with its own token")
    assert "segredo" not in str(found)


@pytest.mark.parametrize(
    ("stored", "standing", "words"),
    [
        (APPROVED, "ok", "retomar_contato:pt_BR is APPROVED"),
        (None, "warning", "run `templates sync`"),
        (msgspec.structs.replace(APPROVED, language="en_US"), "warning", "run `templates sync`"),
        (msgspec.structs.replace(APPROVED, status="PAUSED"), "warning", "is PAUSED"),
        (msgspec.structs.replace(APPROVED, parameters=("body.1",)), "warning", "has parameters"),
    ],
)
async def test_the_window_template_has_to_be_one_that_may_go(
    stored: Template | None, standing: str, words: str, tmp_path: Path
) -> None:
    which = settings(tmp_path, WINDOW_TEMPLATE="retomar_contato:pt_BR")
    documents = await SqliteDocuments.open(which.sqlite_path)
    if stored is not None:
        await TemplateStore(documents).put([stored], 0)
    await documents.close()
    found = await told(which)
    assert found["window template"][0] == standing
    assert words in found["window template"][1]


async def test_a_store_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    found = await told(settings(tmp_path, WINDOW_TEMPLATE="retomar_contato:pt_BR"))
    assert found["window template"][0] == "warning"
    assert not any(tmp_path.iterdir())


async def test_the_keys_of_the_forms_are_read_and_only_their_public_half_is_shown(tmp_path: Path) -> None:
    pem = (new_key() + new_key()).decode()
    standing, detail = (await told(settings(tmp_path, FLOW_PRIVATE_KEY=pem)))["flow key"]
    assert standing == "ok"
    assert detail.startswith("2 keys, newest first: ")
    assert "PRIVATE" not in detail


async def test_a_key_that_cannot_be_read_fails_the_doctor(tmp_path: Path) -> None:
    broken = "-----BEGIN PRIVATE KEY-----\\nc2VncmVkbw==\\n-----END PRIVATE KEY-----"
    done = await run("doctor", "--json", env={"FLOW_PRIVATE_KEY": broken}, folder=tmp_path)
    assert done.code == 1
    (check,) = [check for check in json.loads(done.out)["checks"] if check["name"] == "flow key"]
    assert check["standing"] == "failed"
    assert "c2VncmVkbw" not in done.out


async def test_what_the_app_id_is_needed_for_is_said(tmp_path: Path) -> None:
    token = {"WHATSAPP_ACCESS_TOKEN": "EAA-token-de-verdade"}
    assert "WHATSAPP_APP_ID" in (await told(settings(tmp_path, **token)))["graph"][1]
    whole = await told(settings(tmp_path, WHATSAPP_APP_ID="300000000000001", **token))
    assert whole["graph"] == ("ok", "https://graph.facebook.com/v24.0 (not called)")
