"""Roteiros: cada passo, e cada jeito de não chegar ao fim."""

import asyncio

import msgspec
import pytest

from pyloto_stream.simulator.faults import Fault
from pyloto_stream.simulator.people import Profile
from pyloto_stream.simulator.registry import fictional
from pyloto_stream.simulator.script import Await, Burst, Post, Say, Script, Step, Tap, Transcript, play
from tests.support.graph import closed_port
from tests.support.simulation import CONFIG, FAST, EchoBot, World
from tests.support.simulation import world as open_world

ANA = fictional(1)


def script(*steps: Step, person: Profile = ANA, patience_s: float = 15.0) -> Script:
    return Script("teste", person, steps, reply_timeout_s=patience_s)


def lines(transcript: Transcript) -> list[tuple[str, str]]:
    return [(entry.who, entry.text) for entry in transcript.entries]


class TestSteps:
    async def test_a_conversation_becomes_a_transcript(self, world: World) -> None:
        EchoBot(world)
        told = await play(
            world.simulator,
            script(
                Say("opções"),
                Await(contains="ajuda"),
                Tap("Quero ser entregador"),
                Await(),
                Say("fim"),
                Await(),
            ),
        )
        assert told.problem == ""
        assert lines(told) == [
            ("person", "opções"),
            ("bot", "Em que a gente ajuda?"),
            ("person", "Quero ser entregador"),
            ("bot", "Você escolheu entregador"),
            ("person", "fim"),
            ("bot", "fim"),
        ]
        assert [entry.at_ms for entry in told.entries] == sorted(entry.at_ms for entry in told.entries)
        assert told.entries[1].options == ("Sistema sob medida", "Quero ser entregador", "Tenho uma loja")
        assert told.entries[1].kind == "list"
        assert len(told.latencies_ms) == 3
        assert all(0 < latency < 15_000 for latency in told.latencies_ms)

    async def test_copies_deliver_one_message_several_times(self, world: World) -> None:
        EchoBot(world)
        told = await play(world.simulator, script(Say("Oi", copies=3), Await()))
        assert lines(told) == [("person", "Oi"), ("bot", "Oi")]
        bodies = [post.body for post in world.webhook.posts if b'"messages":[' in post.body]
        assert len(bodies) == 3
        assert len(set(bodies)) == 1

    async def test_a_burst_waits_for_no_reply(self, world: World) -> None:
        bot = EchoBot(world)
        bot.free.clear()
        texts = ("um", "dois", "três")
        playing = asyncio.ensure_future(play(world.simulator, script(Burst(texts), Await(count=3))))
        await world.webhook.until(lambda: len(world.webhook.messages) == 3)
        bot.free.set()
        told = await playing
        assert told.problem == ""
        assert [text for who, text in lines(told) if who == "person"] == list(texts)
        assert sorted(text for who, text in lines(told) if who == "bot") == sorted(texts)

    async def test_any_other_kind_can_be_posted(self, world: World) -> None:
        EchoBot(world)
        place: dict[str, object] = {"type": "location", "location": {"latitude": -25.4, "longitude": -49.2}}
        told = await play(world.simulator, script(Say("Oi"), Await(), Post(place)))
        assert lines(told)[-1] == ("person", "Localização")
        assert world.webhook.messages[-1].content.kind == "location"

    async def test_awaiting_counts_only_replies_that_contain(self, world: World) -> None:
        EchoBot(world)
        told = await play(world.simulator, script(Burst(("um", "dois")), Await(contains="dois")))
        assert told.problem == ""

    async def test_a_reply_may_come_before_the_webhook_is_answered(self, world: World) -> None:
        EchoBot(world)
        world.webhook.bot_first = True
        told = await play(world.simulator, script(Say("um"), Await(), Say("dois"), Await(contains="dois")))
        assert told.problem == ""

    async def test_replies_to_an_earlier_step_do_not_count(self, world: World) -> None:
        EchoBot(world)
        world.webhook.bot_first = True
        told = await play(world.simulator, script(Say("um"), Say("dois"), Await(count=2), patience_s=0.1))
        assert told.problem == "step 3: no reply within 0.1 s"

    async def test_a_later_script_of_the_same_person_sees_only_its_own_replies(self, world: World) -> None:
        EchoBot(world)
        await play(world.simulator, script(Say("antes"), Await()))
        told = await play(world.simulator, script(Say("depois"), Await()))
        assert lines(told) == [("person", "depois"), ("bot", "depois")]

    async def test_scripts_of_several_people_run_together(self, world: World) -> None:
        EchoBot(world)
        people = [fictional(n) for n in range(1, 21)]
        told = await asyncio.gather(
            *(play(world.simulator, script(Say(f"sou {p.name}"), Await(), person=p)) for p in people)
        )
        assert [lines(each) for each in told] == [
            [("person", f"sou {p.name}"), ("bot", f"sou {p.name}")] for p in people
        ]


class TestStuck:
    async def test_no_reply_in_time(self, world: World) -> None:
        EchoBot(world)
        told = await play(world.simulator, script(Say("silêncio"), Await(), Say("nunca"), patience_s=0.05))
        assert told.problem == "step 2: no reply within 0.05 s"
        assert lines(told) == [("person", "silêncio")]
        assert told.latencies_ms == ()

    async def test_a_reply_without_the_words(self, world: World) -> None:
        EchoBot(world)
        told = await play(world.simulator, script(Say("Oi"), Await(contains="tchau"), patience_s=1.0))
        assert told.problem == "step 2: no reply with 'tchau' within 1 s"
        assert lines(told) == [("person", "Oi"), ("bot", "Oi")]

    async def test_an_option_that_was_not_offered(self, world: World) -> None:
        EchoBot(world)
        told = await play(world.simulator, script(Say("veículo"), Await(), Tap("Avião")))
        assert told.problem == "step 3: no option titled 'Avião'; offered: ['Moto', 'Bicicleta']"

    @pytest.mark.parametrize("case", ["503", "unreachable"])
    async def test_a_webhook_that_is_never_accepted(self, case: str) -> None:
        config = msgspec.structs.replace(CONFIG, pace=msgspec.structs.replace(FAST, attempts=2))
        async with open_world(config) as world:
            world.webhook.answers.extend([503, 503])
            if case == "unreachable":
                world.simulator.subscribe(f"http://127.0.0.1:{closed_port()}/")
            told = await play(world.simulator, script(Say("Oi"), Await()))
        assert told.problem == f"step 1: webhook not accepted ({case})"
        assert lines(told) == [("person", "Oi")]

    async def test_a_simulator_that_stops_meanwhile(self, world: World) -> None:
        world.webhook.answers.extend([503] * 12)
        playing = asyncio.ensure_future(play(world.simulator, script(Say("Oi"), Await())))
        await world.webhook.until(lambda: world.webhook.posts)
        await world.simulator.stop()
        assert (await playing).problem.startswith("step 1: webhook not accepted (")

    async def test_a_simulator_that_has_stopped(self, world: World) -> None:
        await world.simulator.stop()
        told = await play(world.simulator, script(Say("Oi")))
        assert told.problem == "step 1: webhook not accepted (stopped)"

    async def test_what_the_bot_lost_is_the_bots_problem(self, world: World) -> None:
        world.simulator.faults.add(Fault("error", code=131026, times=0))
        told = await play(world.simulator, script(Say("Oi"), Await(), patience_s=0.05))
        assert told.problem == "step 2: no reply within 0.05 s"
