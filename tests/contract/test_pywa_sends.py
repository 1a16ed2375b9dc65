"""Um cliente independente envia cada tipo à Meta local, e ela aceita, entrega e conta como a de verdade."""

import asyncio
from collections.abc import Mapping

import msgspec
import pytest
from pywa.client import WhatsApp
from pywa.errors import MessageUndeliverable, WhatsAppError

from pyloto_stream.simulator import samples
from pyloto_stream.simulator.people import Person, Profile
from pyloto_stream.simulator.seeds import Component, SeededTemplate, body, buttons
from tests.contract.pywa_peer import PYWA, sends, speak
from tests.contract.pywa_templates import TO, TRACKER, Send
from tests.support.outbound_kinds import OUTBOUND
from tests.support.simulation import CONFIG, NUMBER, TOKEN, World, world

FILES = {
    "image": (samples.JPEG, "image/jpeg", "foto.jpg"),
    "video": (samples.MP4, "video/mp4", "video.mp4"),
    "audio": (samples.OGG, "audio/ogg", "voz.ogg"),
    "voice": (samples.OGG, "audio/ogg", "voz.ogg"),
    "document": (samples.PDF, "application/pdf", "nota.pdf"),
    "sticker": (samples.WEBP, "image/webp", "figurinha.webp"),
}
NAMED = body("Oi, {{first_name}}, o pedido {{order_id}} saiu.")


def header(style: str) -> tuple[Component, ...]:
    return ({"type": "HEADER", "format": style}, body("Segue."))


DEFINITIONS: Mapping[str, tuple[Component, ...]] = {
    "template": (body("Podemos continuar?"),),
    "template positional": (
        {"type": "HEADER", "format": "TEXT", "text": "Ei, {{1}}"},
        body("Para {{1}}, por {{2}}, até {{3}}."),
        buttons(
            {"type": "QUICK_REPLY", "text": "Sim"},
            {"type": "URL", "text": "Ver", "url": "https://example.com/{{1}}"},
            {"type": "COPY_CODE", "text": "Copiar"},
            {"type": "FLOW", "text": "Cadastrar"},
        ),
    ),
    "template named": (NAMED,),
    "template image": header("IMAGE"),
    "template video": header("VIDEO"),
    "template gif": header("GIF"),
    "template document": header("DOCUMENT"),
    "template location": header("LOCATION"),
}
NOT_SIMULATED = {"template product", "template offer", "template carousel"}
"""A Meta local julga a forma destes, mas não guarda definições assim; o produto não os usa."""


def defined(name: str) -> SeededTemplate:
    style = "NAMED" if name == "template named" else "POSITIONAL"
    return SeededTemplate("lead_followup", DEFINITIONS.get(name, (NAMED,)), parameter_format=style)


async def said(opened: World, send: Send) -> object:
    return await asyncio.to_thread(speak, opened.url, TOKEN, NUMBER, send)


async def uploaded(opened: World, name: str) -> str:
    """Envia o arquivo pelo próprio `pywa` e devolve o id dado pela Meta local."""
    data, mime, filename = FILES[next((kind for kind in FILES if kind in name.split()), "image")]

    def send(wa: WhatsApp) -> str:
        return wa.upload_media(data, mime, filename).id

    found = await said(opened, send)
    assert isinstance(found, str)
    return found


def present(opened: World) -> Person:
    person = opened.simulator.person(Profile(TO.removeprefix("+"), "Ana"))
    person.say("oi")
    return person


def test_every_kind_is_sent_but_those_the_local_meta_does_not_define() -> None:
    templates = {name for name in PYWA if name.startswith("template")}
    assert templates == set(DEFINITIONS) | NOT_SIMULATED


@pytest.mark.parametrize("name", [name for name in PYWA if name not in NOT_SIMULATED])
async def test_the_local_meta_takes_what_the_peer_sends(name: str) -> None:
    config = msgspec.structs.replace(CONFIG, templates=(defined(name),))
    async with world(config) as opened:
        person = present(opened)
        send = sends(await uploaded(opened, name))[name]
        answer = await said(opened, send)
        reply = await person.reply(0, timeout_s=5.0)
        assert reply.wamid == getattr(answer, "id", "")
        assert (reply.type, reply.reply_id) == (kind_of(name), TRACKER)
        await opened.webhook.until(lambda: any(each.status == "sent" for each in opened.webhook.statuses))
        assert {each.id for each in opened.webhook.statuses} == {reply.wamid}


def kind_of(name: str) -> str:
    kind = name.split(maxsplit=1)[0]
    return "audio" if kind == "voice" else kind


async def test_the_peer_reads_receipts_as_done_and_refusals_as_its_own_errors() -> None:
    async with world() as opened:
        person = present(opened)
        assert person.thread

        def nobody(wa: WhatsApp) -> object:
            return wa.send_message("+5541988880000", "Oi")

        def empty(wa: WhatsApp) -> object:
            return wa.send_message(TO, " ")

        def read(wa: WhatsApp) -> object:
            return wa.indicate_typing(person.thread[0].id)

        assert getattr(await said(opened, read), "success", False) is True
        with pytest.raises(WhatsAppError) as refused:
            await said(opened, empty)
        assert refused.value.code == 100
        with pytest.raises(MessageUndeliverable):
            await said(opened, nobody)


def test_the_samples_of_both_are_the_same() -> None:
    assert set(PYWA) < set(OUTBOUND)
