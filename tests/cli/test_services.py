"""Os processos prometem: só começam com a configuração certa, dizem o que falta, param com SIGTERM."""

import asyncio
import json
import signal
import socket
from pathlib import Path

import aiohttp
import pytest

from pyloto_stream.settings import DEFAULTS
from pyloto_stream.whatsapp.signature import sign
from tests.support import webhooks as meta
from tests.support.command import run, start
from tests.support.system import System


def environ(redis_url: str, folder: Path) -> dict[str, str]:
    """Um processo sobre `redis_url`, em portas livres."""
    return {
        "REDIS_URL": redis_url, "LOG_FORMAT": "json", "INGRESS_PORT": "0", "ADMIN_PORT": "0",
        "SQLITE_PATH": str(folder / "documents.sqlite3"), "OBJECT_FOLDER": str(folder / "objects"),
    }  # fmt: skip


async def line_of(process: asyncio.subprocess.Process, event: str) -> dict[str, str]:
    """Lê o log até a linha `event`."""
    assert process.stderr is not None
    async with asyncio.timeout(60):
        while raw := await process.stderr.readline():
            if raw.startswith(b"{") and (line := json.loads(raw))["event"] == event:
                return dict(line)
    raise AssertionError("the process ended")


@pytest.mark.parametrize("command", [("ingress",), ("worker", "--stage", "all"), ("streams", "status")])
async def test_a_process_of_its_own_needs_a_redis_of_its_own(command: tuple[str, ...]) -> None:
    done = await run(*command)
    assert done.code == 2
    assert done.err.startswith("REDIS_URL: required here")


@pytest.mark.parametrize("command", [("ingress",), ("worker", "--stage", "audit"), ("streams", "status")])
async def test_redis_away_at_the_start_is_exit_1_with_one_line(
    command: tuple[str, ...], tmp_path: Path
) -> None:
    done = await run(*command, env=environ("redis://127.0.0.1:1/0", tmp_path))
    assert done.code == 1
    assert done.err.splitlines()[-1].startswith("redis_unavailable")
    assert "Traceback" not in done.err


async def test_every_problem_of_the_configuration_is_one_line_and_no_value_is_shown() -> None:
    wrong = {"INGRESS_PORT": "many-ports", "LOG_LEVEL": "LOUD", "PEPPER_SECRET": "with space"}
    done = await run("ingress", env=wrong)
    assert done.code == 2
    assert {line.partition(":")[0] for line in done.err.splitlines()} == set(wrong)
    assert not any(value in done.err for value in wrong.values())


async def test_an_unknown_stage_is_exit_2(redis_url: str) -> None:
    done = await run("worker", "--stage", "session,nothing", env={"REDIS_URL": redis_url})
    assert done.code == 2
    assert "choose from session, ai, outbound, audit, media, handoff or all" in done.err


async def test_a_port_in_use_is_exit_2_naming_the_variables(redis_url: str, tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        done = await run("ingress", env=environ(redis_url, tmp_path) | {"INGRESS_PORT": port})
    assert done.code == 2
    assert "INGRESS_HOST, INGRESS_PORT: cannot listen there" in done.err


async def test_a_second_ingress_shares_the_public_port_but_not_the_private_one(
    redis_url: str, tmp_path: Path
) -> None:
    first = await start("ingress", env=environ(redis_url, tmp_path))
    at = await line_of(first, "ingress listening")
    ports = {
        name: at[kind].rpartition(":")[2]
        for name, kind in (("INGRESS_PORT", "public"), ("ADMIN_PORT", "private"))
    }
    again = await run("ingress", env=environ(redis_url, tmp_path) | ports)
    second = await start("ingress", env=environ(redis_url, tmp_path) | ports | {"ADMIN_PORT": "0"})
    assert (await line_of(second, "ingress listening"))["public"] == at["public"]
    for process in (first, second):
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 20) == 0
    assert again.code == 2
    assert "ADMIN_HOST, ADMIN_PORT: cannot listen there" in again.err


async def test_another_number_of_partitions_is_refused(redis_url: str, tmp_path: Path) -> None:
    env = environ(redis_url, tmp_path)
    first = await start("worker", "--stage", "all", env=env)
    await line_of(first, "worker running")
    second = await run("worker", "--stage", "all", env=env | {"STREAM_PARTITIONS": "16"})
    look = await run("streams", "status", env=env | {"STREAM_PARTITIONS": "16"})
    first.terminate()
    await first.wait()
    for done in (second, look):
        assert done.code == 2
        assert "created with 8 partitions" in done.err


async def test_a_worker_answers_health_ready_and_metrics_on_its_private_listener(
    redis_url: str, tmp_path: Path
) -> None:
    env = environ(redis_url, tmp_path)
    worker = await start("worker", "--stage", "session,audit", env=env)
    private = (await line_of(worker, "worker running"))["private"]
    async with aiohttp.ClientSession(f"http://{private}") as http:
        for path in ("/health", "/ready", "/metrics"):
            async with http.get(path) as answer:
                assert answer.status == 200
    worker.terminate()
    assert await asyncio.wait_for(worker.wait(), 20) == 0


async def test_status_tells_what_waits_for_nobody(redis_url: str, tmp_path: Path) -> None:
    env = environ(redis_url, tmp_path)
    empty = await run("streams", "status", env=env)
    assert empty.code == 2
    assert "no deployment" in empty.err
    ingress = await start("ingress", env=env)
    public = (await line_of(ingress, "ingress listening"))["public"]
    body = meta.body(meta.text("wamid.A"), None)
    secret = DEFAULTS.whatsapp_webhook_secret[0].reveal().encode()
    headers = {"Content-Type": "application/json", "X-Hub-Signature-256": sign(secret, body)}
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"http://{public}/webhooks/whatsapp", data=body, headers=headers) as answer,
    ):
        assert answer.status == 200
    ingress.terminate()
    await ingress.wait()
    found = json.loads((await run("streams", "status", "--json", env=env)).out)
    assert {stage["stage"]: stage["backlog"] for stage in found["stages"]} == {
        "session": 1, "ai": 0, "outbound": 0, "audit": 0, "media": 0, "handoff": 0,
    }  # fmt: skip
    assert found["dead_ingress"] == 1
    table = (await run("streams", "status", env=env)).out
    assert "session" in table
    assert "unreadable webhooks 1" in table


async def test_the_processes_of_the_procfile_answer_a_person(
    redis_url: str, tmp_path: Path, log_folder: Path
) -> None:
    async with System(redis_url, tmp_path, log_folder) as system:
        person = system.simulator.people.newcomer()
        person.say("oi")
        reply = await person.reply(0, 30)
        await system.quiet()
    assert reply.type == "interactive"
