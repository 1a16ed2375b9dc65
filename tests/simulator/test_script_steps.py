"""Passos que não são fala: cada gesto de um roteiro é o webhook que a tela mandaria."""

import pytest

from pyloto_stream.simulator.faults import Fault
from pyloto_stream.simulator.people import Person
from pyloto_stream.simulator.registry import fictional
from pyloto_stream.simulator.script import Await, Break, Say, Script, Step, Transcript, Watch, Watcher, play
from pyloto_stream.simulator.script_steps import Attend, Bare, Fill, Locate, Make, Post, React, Share
from pyloto_stream.whatsapp.messages import FlowMessage
from tests.support.simulation import EchoBot, World

ANA = fictional(1)
FORM = FlowMessage("Preencha", flow_id="1", cta="Abrir", token="ficha-1")


async def played(world: World, *steps: Step, watch: Watcher | None = None) -> Transcript:
    script = Script("teste", ANA, steps, reply_timeout_s=5.0)
    return await (play(world.simulator, script, watch) if watch else play(world.simulator, script))


@pytest.mark.parametrize(
    ("step", "kind", "shown"),
    [
        (Make("voice"), "audio", "Áudio"),
        (Make("sticker"), "sticker", "Figurinha"),
        (Make("photo", "a fachada"), "image", "a fachada"),
        (Make("photo"), "image", "Foto"),
        (Make("video", "a loja"), "video", "a loja"),
        (Make("document", "o projeto"), "document", "o projeto"),
        (Locate(-23.3, -51.1, "Calçadão", "Londrina PR"), "location", "Calçadão"),
        (Share("Bia", "5511900009999"), "contacts", "Contato: Bia"),
        (
            Post({"type": "location", "location": {"latitude": 1.0, "longitude": 2.0}}),
            "location",
            "Localização",
        ),
    ],
)
async def test_a_gesture_is_a_webhook_and_a_line_of_the_transcript(
    world: World, step: Step, kind: str, shown: str
) -> None:
    told = await played(world, step)
    assert told.problem == ""
    assert [message.content.kind for message in world.webhook.messages] == [kind]
    assert [(entry.who, entry.text) for entry in told.entries] == [("person", shown)]


async def test_the_caption_of_a_file_arrives(world: World) -> None:
    await played(world, Make("photo", "a fachada"))
    assert world.webhook.messages[0].content.text == "a fachada"


async def test_a_reaction_is_to_the_last_reply_and_shows_as_itself(world: World) -> None:
    EchoBot(world)
    told = await played(world, Say("oi"), Await(), React("❤️"))
    assert world.webhook.messages[-1].content.kind == "reaction"
    reply = world.simulator.person(ANA).replies[0].wamid
    assert world.webhook.messages[-1].content.context_id == reply
    assert [(entry.who, entry.text) for entry in told.entries] == [
        ("person", "oi"),
        ("bot", "oi"),
        ("person", "(react)"),
    ]


async def test_what_was_said_last_can_be_deleted(world: World) -> None:
    told = await played(world, Say("oi"), Make("revoke"))
    assert [message.content.kind for message in world.webhook.messages] == ["text", "revoke"]
    assert [entry.text for entry in told.entries] == ["oi", "(revoke)"]


async def test_someone_of_the_business_speaks_as_human(world: World) -> None:
    told = await played(world, Say("oi"), Attend("Aqui é a Bia"))
    assert [(entry.who, entry.text) for entry in told.entries][-1] == ("human", "Aqui é a Bia")
    assert b"smb_message_echoes" in world.webhook.posts[-1].body


@pytest.mark.parametrize(("gesture", "field"), [("call", b'"calls"'), ("number", b"user_changed_number")])
async def test_calls_and_number_changes_are_told_as_meta_tells_them(
    world: World, gesture: Bare, field: bytes
) -> None:
    told = await played(world, Say("oi"), Make(gesture), Say("ainda eu"))
    assert told.problem == ""
    assert field in world.webhook.posts[1].body
    moved = world.simulator.person(ANA).profile if gesture == "call" else fictional(5001)
    assert moved.wa_id.encode() in world.webhook.posts[2].body


async def test_a_form_goes_back_with_the_token_it_came_with(world: World) -> None:
    person = world.simulator.person(ANA)
    await person.say("oi").accepted()
    await world.send(FORM, to=ANA.wa_id)
    told = await played(world, Fill({"name": "Ana"}))
    assert told.problem == ""
    assert world.webhook.messages[-1].content.form == {"name": "Ana", "flow_token": "ficha-1"}
    assert person.thread[-1].kind == "form"


async def test_a_form_nobody_sent_cannot_be_filled(world: World) -> None:
    told = await played(world, Fill({"name": "Ana"}))
    assert told.problem == "step 1: no form was sent to this person by that message"


async def test_a_fault_is_of_this_person_only(world: World) -> None:
    await played(world, Break(Fault("error", code=131009, status=400)))
    (planned,) = world.simulator.faults.listing()
    assert planned.fault.to == ANA.key
    other = fictional(2)
    await world.simulator.person(other).say("oi").accepted()
    await world.send(FORM, to=other.wa_id)
    assert planned.hits == 0


async def test_who_plays_says_when_what_is_watched_has_happened(world: World) -> None:
    seen: list[str] = []

    async def watch(person: Person, what: str) -> str:
        seen.append(f"{person.profile.name} {what}")
        return "it rained" if what == "SUN" else ""

    told = await played(world, Watch("RAIN"), Watch("SUN"), Say("nunca"), watch=watch)
    assert seen == ["Ana RAIN", "Ana SUN"]
    assert told.problem == "step 2: it rained"
    assert told.entries == ()


async def test_nothing_can_be_watched_where_nobody_looks(world: World) -> None:
    assert (await played(world, Watch("RAIN"))).problem == "step 1: nobody can see 'RAIN'"


async def test_a_reply_that_came_while_watching_still_counts(world: World) -> None:
    EchoBot(world)

    async def answered(person: Person, _what: str) -> str:
        await person.reply(0, 5.0)
        return ""

    told = await played(world, Say("oi"), Watch("the reply"), Await(contains="oi"), watch=answered)
    assert told.problem == ""
