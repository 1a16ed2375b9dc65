"""Muitos arquivos grandes de uma vez: um servidor que os inventa enquanto serve, e a etapa que os guarda.

Corre em dois processos, `serve` e `drink`; o segundo mede a própria memória e a escreve em JSON.
"""

import asyncio
import hashlib
import inspect
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
from aiohttp import web

from consumers.media import MediaDesk, media_stage
from pyloto_stream.conversation.events import Media
from pyloto_stream.conversation.wanted import MediaWanted
from pyloto_stream.stores.media import object_path
from pyloto_stream.stores.object_folder import FolderObjects
from pyloto_stream.streams.model import Handler, Plan, Turn
from pyloto_stream.whatsapp.client import WhatsAppHttpClient
from pyloto_stream.whatsapp.media_download import MediaDownloader
from pyloto_stream.whatsapp.media_stream import MediaStreams

NUMBER = "106540352242922"
LIMIT = 100 * 1024 * 1024
AT_ONCE = 3
_BLOCK = bytes(range(256)) * 4096  # 1 MiB


class Result(msgspec.Struct, frozen=True):
    """`grown_kib`: do pico até o que o processo ocupava já aquecido."""

    files: int
    stored: int
    grown_kib: int
    seconds: float


def blocks(number: int, size: int) -> Iterator[bytes]:
    """O conteúdo do arquivo `number`, diferente de todos os outros, em blocos de até 1 MiB."""
    start = b"%PDF-1.7\n%" + number.to_bytes(8)
    yield start
    left = size - len(start)
    while left > 0:
        yield _BLOCK[:left]
        left -= len(_BLOCK)


async def serve() -> None:
    """Resolve `{tamanho}-{número}` e serve o conteúdo; escreve a porta e segue até ser morto."""
    app = web.Application()
    app.router.add_get("/v24.0/{media}", _resolve)
    app.router.add_get("/file/{media}", _file)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(runner.addresses[0][1], flush=True)  # noqa: T201 — é a resposta a quem o iniciou
    await asyncio.Event().wait()


def _asked(request: web.Request) -> tuple[int, int]:
    size, _, number = request.match_info["media"].partition("-")
    return int(number), int(size)


async def _resolve(request: web.Request) -> web.Response:
    number, size = _asked(request)
    digest = hashlib.sha256()
    for block in blocks(number, size):
        digest.update(block)
    url = f"http://{request.host}/file/{request.match_info['media']}"
    return web.json_response({"url": url, "sha256": digest.hexdigest(), "file_size": size})


async def _file(request: web.Request) -> web.StreamResponse:
    number, size = _asked(request)
    response = web.StreamResponse(headers={"Content-Length": str(size)})
    await response.prepare(request)
    for block in blocks(number, size):
        await response.write(block)
    return response


def turn(media_id: str) -> Turn:
    """Um turno da faixa `media` que pede um documento."""
    wanted = MediaWanted(
        message_id=media_id, kind="document", phone_number_id=NUMBER, media=Media(id=media_id)
    )
    events = msgspec.json.encode([wanted])
    return Turn(
        partition=0, entry_id="1-0", lane="media", stage="media", conversation="k", number=1, events=events,
        state=b"", payload=b"", mode="BOT", failures=0, snoozes=0, now_ms=1_700_000_000_000,
    )  # fmt: skip


async def drink(port: int, count: int, size: int) -> None:
    """Passa `count` arquivos de `size` bytes pela etapa, `AT_ONCE` por vez, apagando cada um ao chegar."""
    url = f"http://127.0.0.1:{port}"
    client = WhatsAppHttpClient(url, "v24.0", "token")
    folder = Path(tempfile.mkdtemp(prefix="flood"))
    try:
        objects = await FolderObjects.open_folder(folder)
        streams = MediaStreams(client.http, url, (), LIMIT)
        stage = media_stage(MediaDesk(MediaDownloader(client, streams, LIMIT), objects, attempts=1))
        await asyncio.gather(*(_pass(stage, objects, f"1000000-{n}") for n in range(AT_ONCE)))
        warm, started = _status("VmRSS"), asyncio.get_running_loop().time()
        names = iter([f"{size}-{AT_ONCE + number}" for number in range(count)])
        stored = sum(await asyncio.gather(*(_some(stage, objects, names) for _ in range(AT_ONCE))))
        seconds = asyncio.get_running_loop().time() - started
        result = Result(count, stored, _status("VmHWM") - warm, round(seconds, 1))
        print(msgspec.json.encode(result).decode())  # noqa: T201 — é o resultado
    finally:
        await client.close()
        shutil.rmtree(folder)


async def _some(stage: Handler, objects: FolderObjects, names: Iterator[str]) -> int:
    return sum([await _pass(stage, objects, name) for name in names])


async def _pass(stage: Handler, objects: FolderObjects, media_id: str) -> bool:
    """Um arquivo; devolve se foi guardado inteiro."""
    decided = stage(turn(media_id))
    assert inspect.isawaitable(decided)
    plan = await decided
    assert isinstance(plan, Plan)
    record = json.loads(plan.feed[0].event)
    if record["record"] != "media":
        return False
    size = int(media_id.partition("-")[0])
    return await objects.delete(object_path(record["sha256"])) and record["size"] == size


def _status(field: str) -> int:
    """Um campo de memória deste processo, em KiB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{field}:"))


async def flood(count: int, size: int) -> Result:
    """Inicia os dois processos e devolve o que o segundo mediu."""
    command = (sys.executable, "-m", "tests.support.flood")
    server = await asyncio.create_subprocess_exec(*command, "serve", stdout=asyncio.subprocess.PIPE)
    try:
        assert server.stdout is not None
        port = (await server.stdout.readline()).decode().strip()
        drinker = await asyncio.create_subprocess_exec(
            *command, "drink", port, str(count), str(size), stdout=asyncio.subprocess.PIPE
        )
        out, _ = await drinker.communicate()
        return msgspec.json.decode(out, type=Result)
    finally:
        server.kill()
        await server.communicate()


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        asyncio.run(serve())
    else:
        asyncio.run(drink(*map(int, sys.argv[2:5])))
