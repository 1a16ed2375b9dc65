"""Um formulário inteiro: a oferta na conversa, as telas cifradas, os fatos, a entrega a uma pessoa."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import aiohttp
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from pyloto_stream.cli.local import Local, local_system
from pyloto_stream.cli.local_forms import LOCAL_IDS
from pyloto_stream.conversation.texts import TEXTS
from pyloto_stream.simulator.envelopes import Json
from pyloto_stream.simulator.people import Person
from pyloto_stream.simulator.profiles import Profile
from pyloto_stream.simulator.sent import SentMessage
from pyloto_stream.stores.ports import Query, scan
from pyloto_stream.stores.sqlite import SqliteDocuments
from pyloto_stream.whatsapp.signature import HEADER, sign
from tests.support.flows import Device
from tests.support.local import local_settings
from tests.support.streams import until

REPLY_S = 20
DRIVER = {"name": "Ana Lima", "vehicle": "Moto", "city": "Londrina PR", "availability": ["Manhã", "Noite"]}


class Open(NamedTuple):
    """Um formulário aberto num aparelho: o que a mensagem trouxe e como falar com o endpoint."""

    device: Device
    offer: Json
    wamid: str
    url: str
    secret: bytes

    async def ask(self, action: str, screen: str = "", **data: object) -> Json:
        """A resposta aberta do endpoint."""
        token = self.offer["flow_token"]
        body = self.device.body(version="4.0", action=action, screen=screen, data=data, flow_token=token)
        async with aiohttp.ClientSession() as http:
            headers = {HEADER: sign(self.secret, body), "Content-Type": "application/json"}
            async with http.post(self.url, data=body, headers=headers) as answer:
                assert answer.status == 200
                return self.device.opened(await answer.text())

    async def fill(self, **values: object) -> Json:
        """Percorre as telas e devolve o que a última manda à conversa."""
        assert (await self.ask("INIT"))["screen"] == "ENTRY"
        await self.ask("data_exchange", "ENTRY", **values)
        await self.ask("data_exchange", "LIST", **values)
        done = await self.ask("data_exchange", "FORM", **values)
        assert done["screen"] == "SUCCESS"
        params = done["data"]["extension_message_response"]["params"]  # type: ignore[index]
        assert isinstance(params, dict)
        return params


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Local]:
    async with local_system(local_settings(folder), forms=True) as local:
        yield local


async def offered(local: Local, person: Person, index: int, said: str) -> Open:
    """O formulário que a resposta a `said` ofereceu."""
    person.say(said)
    sent = await person.reply(index, REPLY_S)
    parameters = interactive(sent)["action"]["parameters"]  # type: ignore[index]
    key = load_pem_public_key(local.simulator.public_key().encode())
    assert isinstance(key, RSAPublicKey)
    url = next(f.endpoint_url for f in local.simulator.config.flows if f.id == parameters["flow_id"])
    secret = local.settings.whatsapp_webhook_secret[0].reveal().encode()
    return Open(Device(public=key), parameters, sent.wamid, url, secret)


def interactive(sent: SentMessage) -> dict[str, object]:
    found = sent.payload["interactive"]
    assert isinstance(found, dict)
    return found


def text(sent: SentMessage) -> str:
    return str(sent.payload.get("text") or sent.payload.get("interactive"))


async def handoffs(local: Local) -> list[dict[str, object]]:
    documents = await SqliteDocuments.open(local.settings.sqlite_path)
    try:
        return [dict(document.data) async for document in scan(documents, Query("handoffs"))]
    finally:
        await documents.close()


async def test_a_filled_form_becomes_facts_and_a_handoff(tmp_path: Path) -> None:
    async with running(tmp_path) as local:
        ana = local.simulator.person(Profile("5541900001111", "Ana"))
        form = await offered(local, ana, 0, "quero ser entregador")
        assert form.offer["flow_id"] == LOCAL_IDS["driver_signup"]
        assert form.offer["flow_action"] == "data_exchange"
        params = await form.fill(**DRIVER)
        ana.answer_form(form.wamid, params)
        last = text(await ana.reply(1, REPLY_S))
        for told in ("Ana Lima", "Moto", "Londrina PR", "Manhã, Noite"):
            assert told in last
        await until(lambda: _any(local))
        (lead,) = await handoffs(local)
        assert lead["intent_primary"] == "PYLOTO_ENTREGA_DRIVER_SIGNUP"
        assert "Ana Lima" in str(lead["summary"])


async def _any(local: Local) -> bool:
    return bool(await handoffs(local))


async def test_who_prefers_to_type_is_asked_as_ever_and_a_later_form_still_counts(tmp_path: Path) -> None:
    async with running(tmp_path) as local:
        bia = local.simulator.person(Profile("5541900002222", "Bia"))
        form = await offered(local, bia, 0, "quero ser entregador")
        bia.say("Bia Souza")
        assert "cidade" in text(await bia.reply(1, REPLY_S))
        bia.answer_form(form.wamid, await form.fill(**{**DRIVER, "name": "Bia Souza"}))
        last = text(await bia.reply(2, REPLY_S))
        assert "Bia Souza" in last
        assert "Londrina PR" in last


async def test_i18_a_form_without_a_token_of_the_conversation_teaches_nothing(tmp_path: Path) -> None:
    async with running(tmp_path) as local:
        eve = local.simulator.person(Profile("5541900004444", "Eve"))
        stolen = str((await offered(local, eve, 0, "quero ser entregador")).offer["flow_token"])
        for at, token in enumerate(("", "unused", stolen)):
            ana = local.simulator.person(Profile(f"554190000333{at}", "Ana"))
            form = await offered(local, ana, 0, "quero ser entregador")
            params = await form.fill(**DRIVER)
            ana.send_raw(nfm_reply({**params, "flow_token": token} if token else {"name": "Ana Lima"}))
            answer = text(await ana.reply(1, REPLY_S))
            assert TEXTS.form_unread in answer
            assert "Ana Lima" not in answer
            assert "Qual é o seu nome?" in answer or "Pode escrever só o seu nome" in answer


def nfm_reply(fields: dict[str, object]) -> Json:
    reply = {"name": "flow", "body": "Sent", "response_json": json.dumps(fields)}
    return {"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": reply}}
