"""O que sai usa o segredo que vale quando sai: o token da Meta, a chave do modelo, a assinatura do CRM."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
import pytest_asyncio
from aiohttp import ClientSession, web

from consumers.graph import open_graph
from consumers.handoff_parts import open_handoff_stage
from consumers.model import open_model
from consumers.pipeline import LANES, STAGES
from consumers.worker import run_worker
from ingress.process import run_ingress
from pyloto_stream.ai.openai_audio import open_transcriber
from pyloto_stream.ai.voice import TranscriptionError
from pyloto_stream.live_settings import LiveSettings
from pyloto_stream.observability.metrics import Metrics
from pyloto_stream.settings import Settings, load
from pyloto_stream.settings_fields import Secret
from pyloto_stream.simulator.samples import OGG
from pyloto_stream.streams.model import Outcome
from pyloto_stream.whatsapp.signature import HEADER, sign
from tests.support import webhooks as meta
from tests.support.crm import PATH, SECRET, crm_server, ready, turn
from tests.support.graph import BODY, NUMBER, Graph, accepted, graph_server
from tests.support.model_server import model_server
from tests.support.secret_manager import secret_manager
from tests.support.streams import until
from tests.support.transcription_server import KEY, MODEL, transcription_server
from tests.support.vault import TOKEN, VALUES, WEBHOOK, Vault

if TYPE_CHECKING:
    from ingress.server import Listening

OLD, NEW = VALUES[TOKEN], "planted-access-token-2"


@pytest_asyncio.fixture
async def graph() -> AsyncIterator[Graph]:
    async with graph_server() as graph:

        async def script(request: web.Request) -> web.StreamResponse:
            await graph.record(request)
            return await accepted(request)

        graph.script = script
        yield graph


def bearers(graph: Graph) -> list[str]:
    return [seen.authorization.removeprefix("Bearer ") for seen in graph.received]


def replied(graph: Graph) -> list[str]:
    """Com que token saiu cada resposta; leitura e "digitando" não são."""
    sent = [msgspec.convert(seen.body, dict[str, object]) for seen in graph.received]
    return [token for token, body in zip(bearers(graph), sent, strict=True) if "status" not in body]


async def test_the_running_system_sends_with_the_newest_token_and_refuses_nothing_meanwhile(
    redis_url: str, graph: Graph, tmp_path: Path
) -> None:
    async with secret_manager() as server, ClientSession() as http, asyncio.TaskGroup() as group:
        vault = Vault(server)
        live = await vault.live(
            INGRESS_PORT="0", ADMIN_PORT="0", PAIR_INTERVAL="0", WHATSAPP_API_BASE_URL=graph.url,
            SQLITE_PATH=str(tmp_path / "documents.sqlite3"), OBJECT_FOLDER=str(tmp_path / "objects"),
        )  # fmt: skip
        stop, metrics, settings = asyncio.Event(), Metrics(), live.current()
        listening: asyncio.Future[Listening] = asyncio.get_running_loop().create_future()
        group.create_task(
            run_ingress(settings, redis_url, list(LANES.values()), metrics, stop, listening.set_result, live)
        )
        public = (await listening).public
        group.create_task(run_worker(settings, redis_url, STAGES, metrics, stop, live=live))

        async def say(number: int) -> None:
            message = meta.text(f"wamid.{number}", "oi", timestamp=str(int(time.time())))
            body = meta.body(message)
            headers = {"Content-Type": "application/json", HEADER: sign(VALUES[WEBHOOK].encode(), body)}
            url = f"http://{public.host}:{public.port}/webhooks/whatsapp"
            async with http.post(url, data=body, headers=headers) as answer:
                assert answer.status == 200

        try:
            await say(1)
            await until(lambda: replied(graph) == [OLD])
            vault.add(TOKEN, NEW)
            await until(lambda: live.current().whatsapp_access_token.reveal() == NEW)
            before = len(graph.received)
            await say(2)
            await until(lambda: replied(graph) == [OLD, NEW])
        finally:
            stop.set()
    assert set(bearers(graph)[before:]) == {NEW}


async def test_a_call_under_way_ends_with_the_token_it_began_with(graph: Graph) -> None:
    live = LiveSettings(load({"WHATSAPP_API_BASE_URL": graph.url, TOKEN: OLD}))
    client, script = open_graph(live), graph.script
    release = asyncio.Event()

    async def slow(request: web.Request) -> web.StreamResponse:
        await graph.record(request)
        await release.wait()
        return await accepted(request)

    graph.script = slow
    under_way = asyncio.create_task(client.send(NUMBER, BODY))
    await until(lambda: len(graph.received) == 1)
    live.replace(
        load({"WHATSAPP_API_BASE_URL": graph.url, TOKEN: NEW, "WHATSAPP_ACCESS_TOKENS": "222222:own"})
    )
    graph.script = script
    await client.send(NUMBER, BODY)
    await client.send("222222", BODY)
    release.set()
    await under_way
    await client.close()
    assert bearers(graph) == [OLD, NEW, "own"]


def with_key(settings: Settings, key: str) -> Settings:
    return msgspec.structs.replace(settings, openai_api_key=Secret(key))


async def test_the_model_is_asked_with_the_key_that_holds() -> None:
    async with model_server() as server, AsyncExitStack() as resources:
        settings = load(
            {
                "OPENAI_ENABLED": "true", "OPENAI_MODEL": "m", "OPENAI_BASE_URL": server.url,
                "OPENAI_API_KEY": "sk-planted-1", "OPENAI_TIMEOUT_SECONDS": "60",
            }
        )  # fmt: skip
        live = LiveSettings(settings)
        mind = await open_model(live, Metrics(), resources)
        for key in ("sk-planted-1", "sk-planted-2", ""):
            live.replace(with_key(settings, key))
            await mind.hear_first(f"quero um aplicativo para a minha oficina {key}")
        assert server.keys == ["Bearer sk-planted-1", "Bearer sk-planted-2", "Bearer none"]


async def test_a_transcription_is_asked_with_the_key_that_holds() -> None:
    async with transcription_server() as server:
        transcriber = open_transcriber(server.url, "sk-planted-1", MODEL)
        with pytest.raises(TranscriptionError, match="unauthorized"):
            await transcriber.transcribe(OGG, "audio/ogg", "audio.ogg", 5.0)
        transcriber.use(KEY)
        assert await transcriber.transcribe(OGG, "audio/ogg", "audio.ogg", 5.0) == server.text
        await transcriber.close()


async def test_a_hand_off_is_signed_with_the_secret_that_holds() -> None:
    async with crm_server() as crm, AsyncExitStack() as resources:
        given = {"HANDOFF_WEBHOOK_URL": crm.url + PATH, "HANDOFF_WEBHOOK_SECRET": "planted-secret-of-before"}
        live = LiveSettings(load(given))
        handler = open_handoff_stage(live, Metrics(), resources)
        for genuine in (False, True):
            outcome = handler(turn(ready(1)))
            assert not isinstance(outcome, Outcome)
            await outcome
            assert crm.posts[-1].genuine is genuine
            live.replace(load({**given, "HANDOFF_WEBHOOK_SECRET": SECRET}))
