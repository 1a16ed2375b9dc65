"""`dev` promete: o sistema no ar, mesmo com portas ocupadas; Ctrl-C termina tudo e nada fica para trás."""

import asyncio
import os
import re
import signal
import socket
from pathlib import Path

import aiohttp
import pytest

from tests.support.command import run, start

ANY_PORTS = {"SIMULATOR_PORT": "0", "INGRESS_PORT": "0", "ADMIN_PORT": "0"}
_URL = re.compile(r"http://[0-9.]+:[0-9]+\S*")


async def addresses(process: asyncio.subprocess.Process) -> dict[str, str]:
    """O que `dev` imprime, por nome, até a última linha do aviso."""
    assert process.stdout is not None
    found: dict[str, str] = {}
    async with asyncio.timeout(60):
        while line := (await process.stdout.readline()).decode():
            name, _, value = line.strip().partition("  ")
            found[name] = value.strip()
            if "Ctrl-C" in name:
                return found
    assert process.stderr is not None
    raise AssertionError((await process.stderr.read()).decode())


async def answer_to(chat_url: str, text: str) -> str:
    """Escreve pela tela e devolve o texto da primeira resposta."""
    async with aiohttp.ClientSession(chat_url) as http:
        async with http.post("/simulator/chats") as created:
            person = (await created.json())["id"]
        async with http.post(f"/simulator/chats/{person}/messages", json={"text": text}) as posted:
            assert posted.status == 202
        async with asyncio.timeout(20):
            while True:
                async with http.get("/simulator/sent") as sent:
                    for message in await sent.json():
                        if message["to"] == person:
                            return str(message["payload"])
                await asyncio.sleep(0.02)


async def shown(url: str, wanted: str) -> None:
    """Espera até que a página traga o texto: a resposta chega à pessoa antes de o estágio a confirmar."""
    async with aiohttp.ClientSession() as http, asyncio.timeout(20):
        while True:
            async with http.get(url) as page:
                if wanted in await page.text():
                    return
            await asyncio.sleep(0.02)


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_a_newcomer_chats_with_the_bot_and_ctrl_c_leaves_nothing(tmp_path: Path) -> None:
    process = await start("dev", env=ANY_PORTS, folder=tmp_path)
    found = await addresses(process)
    assert "Pyloto" in await answer_to(found["Chat with the bot"], "oi")
    await shown(found["Metrics"], 'pyloto_stage_committed_total{stage="outbound"}')
    (redis,) = children(process.pid)
    process.send_signal(signal.SIGINT)
    assert await asyncio.wait_for(process.wait(), 30) == 0
    assert not alive(redis)
    assert (tmp_path / ".pyloto").is_dir(), "data stays for the next start"


async def test_taken_ports_are_replaced_by_free_ones(tmp_path: Path) -> None:
    taken = [socket.socket() for _ in range(3)]
    for each in taken:
        each.bind(("127.0.0.1", 0))
        each.listen()
    ports = dict(
        zip(
            ("SIMULATOR_PORT", "INGRESS_PORT", "ADMIN_PORT"),
            (str(each.getsockname()[1]) for each in taken),
            strict=True,
        )
    )
    try:
        process = await start("dev", env=ports, folder=tmp_path)
        found = await addresses(process)
        used = {url.rsplit(":", 1)[1].split("/")[0] for url in found.values() if _URL.fullmatch(url)}
        assert len(used) == 3
        assert not used & set(ports.values())
        assert "Pyloto" in await answer_to(found["Chat with the bot"], "oi")
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 30) == 0
    finally:
        for each in taken:
            each.close()


@pytest.mark.skipif(not Path("/proc").exists(), reason="needs /proc to look for orphans (Linux)")
async def test_the_embedded_server_dies_with_a_killed_parent(tmp_path: Path) -> None:
    process = await start("dev", env=ANY_PORTS, folder=tmp_path)
    await addresses(process)
    (redis,) = children(process.pid)
    process.kill()
    await process.wait()
    async with asyncio.timeout(10):
        while alive(redis):  # noqa: ASYNC110 — quem muda é outro processo
            await asyncio.sleep(0.02)


async def test_a_folder_in_use_is_refused_in_words(tmp_path: Path) -> None:
    process = await start("dev", env=ANY_PORTS, folder=tmp_path)
    try:
        await addresses(process)
        second = await run("dev", env=ANY_PORTS, folder=tmp_path)
        assert second.code == 2
        assert "EMBEDDED_DIR: another process is using this folder" in second.err
    finally:
        process.terminate()
        await process.wait()


async def test_only_development_has_a_local_meta(tmp_path: Path) -> None:
    for command in ("dev", "demo", "simulator"):
        done = await run(command, env={"ENVIRONMENT": "production"}, folder=tmp_path)
        assert done.code == 2
        assert "REDIS_URL: required in production" in done.err
