"""`config check` e `doctor` dizem o que vale e o que falta, em palavras ou JSON, sem nenhum segredo."""

import json
import sqlite3
from pathlib import Path

import pytest

from pyloto_stream.settings import VARIABLES
from tests.support.command import Done, run
from tests.test_settings import PRODUCTION

SECRETS = [value for value in PRODUCTION.values() if "s3cret" in value] + [PRODUCTION["DATA_ENCRYPTION_KEY"]]
UNSIGNED = "ZERO_TRUST_MODE=false: unsigned webhooks are accepted"


def standing(done: Done) -> dict[str, str]:
    """O que `doctor --json` achou, por conferência."""
    return {check["name"]: check["standing"] for check in json.loads(done.out)["checks"]}


def detail(done: Done, name: str) -> str:
    (found,) = [check["detail"] for check in json.loads(done.out)["checks"] if check["name"] == name]
    return str(found)


class TestConfigCheck:
    async def test_every_variable_is_shown_and_no_secret(self) -> None:
        table = await run("config", "check", env=PRODUCTION)
        document = await run("config", "check", "--json", env=PRODUCTION)
        assert (table.code, document.code) == (0, 0)
        shown = {row["name"]: row["source"] for row in json.loads(document.out)["variables"]}
        assert list(shown) == [variable.name for variable in VARIABLES]
        assert {name for name, source in shown.items() if source == "environment"} == set(PRODUCTION)
        for name in shown:
            assert name in table.out
        for secret in SECRETS:
            for part in secret.split(","):
                assert part.strip() not in table.out + document.out

    async def test_problems_are_one_line_each_and_exit_2(self) -> None:
        wrong = {"ENVIRONMENT": "production", "INGRESS_PORT": "s3cret-port"}
        done = await run("config", "check", env=wrong)
        document = await run("config", "check", "--json", env=wrong)
        assert (done.code, document.code) == (2, 2)
        problems = json.loads(document.out)["problems"]
        assert done.err.splitlines() == problems
        assert {"REDIS_URL", "INGRESS_PORT", "PEPPER_SECRET"} <= {line.partition(":")[0] for line in problems}
        assert "s3cret-port" not in done.err + document.out


class TestDoctor:
    async def test_the_defaults_of_development_work(self, tmp_path: Path) -> None:
        done = await run("doctor", "--json", folder=tmp_path)
        assert done.code == 0
        assert standing(done) == {
            "redis": "ok", "redis memory": "ok", "redis disk": "ok", "documents": "ok", "objects": "ok",
            "keys": "ok", "webhook": "warning", "graph": "warning", "numbers": "ok", "handoff": "ok",
        }  # fmt: skip
        assert not any(tmp_path.iterdir()), "doctor only asks"

    async def test_a_server_in_use_is_asked_where_it_is(self, redis_url: str, tmp_path: Path) -> None:
        done = await run("doctor", "--json", env={"REDIS_URL": redis_url}, folder=tmp_path)
        assert done.code == 0
        assert redis_url not in done.out, "only scheme and host of an address are shown"
        assert standing(done)["redis"] == "ok"

    async def test_redis_away_is_exit_1_and_the_rest_is_still_told(self, tmp_path: Path) -> None:
        done = await run("doctor", "--json", env={"REDIS_URL": "redis://127.0.0.1:1/0"}, folder=tmp_path)
        assert done.code == 1
        assert standing(done)["redis"] == "failed"
        assert detail(done, "redis") == "redis://127.0.0.1:1/***: redis_unavailable"
        assert standing(done)["documents"] == "ok"

    async def test_a_store_that_is_no_store_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "documents.sqlite3").write_bytes(b"this is no database" * 100)
        (tmp_path / "objects").write_text("a file")
        environ = {"SQLITE_PATH": "documents.sqlite3", "OBJECT_FOLDER": "objects"}
        done = await run("doctor", "--json", env=environ, folder=tmp_path)
        assert done.code == 1
        assert detail(done, "documents").startswith("SQLITE_PATH:")
        assert detail(done, "objects") == "OBJECT_FOLDER: is not a folder that can be written"

    async def test_what_exists_is_opened(self, tmp_path: Path) -> None:
        sqlite3.connect(tmp_path / "documents.sqlite3").close()
        (tmp_path / "objects").mkdir()
        environ = {"SQLITE_PATH": "documents.sqlite3", "OBJECT_FOLDER": "objects"}
        done = await run("doctor", "--json", env=environ, folder=tmp_path)
        assert detail(done, "documents") == "sqlite: the file opens"
        assert detail(done, "objects") == "folder: it can be written"

    @pytest.mark.parametrize(
        ("env", "name", "told"),
        [
            (
                {"ZERO_TRUST_MODE": "false"},
                "webhook",
                "ZERO_TRUST_MODE=false: unsigned webhooks are accepted",
            ),
            ({"WHATSAPP_WEBHOOK_SECRET": "one,two"}, "webhook", "signatures of 2 secrets are accepted"),
            ({"CORS_ORIGINS": "https://a.io"}, "settings", "CORS_ORIGINS: no effect in this version"),
        ],
    )
    async def test_what_deserves_a_look_is_said(
        self, env: dict[str, str], name: str, told: str, tmp_path: Path
    ) -> None:
        done = await run("doctor", "--json", env=env, folder=tmp_path)
        assert done.code == 0
        assert detail(done, name) == told

    async def test_a_person_reads_a_table(self, tmp_path: Path) -> None:
        done = await run("doctor", folder=tmp_path)
        assert done.code == 0
        assert "embedded: valkey" in done.out


async def test_no_command_and_wrong_words_are_exit_2_with_help() -> None:
    for words in ((), ("nothing",), ("worker",), ("worker", "--stages", "ai")):
        done = await run(*words)
        assert done.code == 2
        assert "Usage: pyloto-stream" in done.out + done.err


async def test_the_version_is_the_package_s() -> None:
    done = await run("--version")
    assert (done.code, done.out) == (0, "0.1.0\n")
