"""A etapa `ai` com um modelo: conversas inteiras, pelas etapas de verdade e um modelo de laço local."""

import inspect
from collections.abc import AsyncIterator

import msgspec
import pytest
import pytest_asyncio

from consumers.ai import ai_stage
from consumers.model import allowed
from consumers.pipeline import AI, AUDIT_LANE, HANDOFF_LANE, OUTBOUND, SESSION
from consumers.plans import Outgoing
from consumers.session import session_stage
from pyloto_stream.ai.prompts import PROMPTS
from pyloto_stream.ai.rules import understand
from pyloto_stream.conversation.events import MessageReceived
from pyloto_stream.conversation.records import ActionRecord, Record, SessionRecord
from pyloto_stream.conversation.reply import Reply
from pyloto_stream.conversation.rules import SessionRules
from pyloto_stream.conversation.sessions import SessionManager
from pyloto_stream.conversation.state import ConversationState
from pyloto_stream.conversation.texts import TEXTS
from pyloto_stream.errors import PermanentError
from pyloto_stream.streams.model import Handler, Plan, Turn
from tests.support.model_bench import Bench
from tests.support.model_server import model_server

DRIVER = ("oi, quero ser entregador", "Ana Souza", "Londrina PR", "moto", "noites e fim de semana")
MAIL = "ana@exemplo.com.br"
_state = msgspec.json.Decoder(ConversationState)
_record: msgspec.json.Decoder[Record] = msgspec.json.Decoder(Record)
_outgoing = msgspec.json.Decoder(Outgoing)


class Person:
    """Uma pessoa, e o que o executor guardaria dela: um turno por fala, das mensagens à resposta."""

    def __init__(self, stage: Handler) -> None:
        self._session, self._ai = session_stage(SessionManager(SessionRules())), stage
        self.saved = b""
        self.number = 0
        self.records: list[Record] = []
        self.lanes = set[str]()
        self.left = b""
        """Tudo o que se gravou, entregou e disse."""

    @property
    def state(self) -> ConversationState:
        return _state.decode(self.saved)

    async def says(self, *texts: str) -> Reply:
        """O que a pessoa lê depois de escrever `texts`."""
        self.number += 1
        messages = [
            MessageReceived(
                f"m{self.number}.{n}", "text", "1", "p", self.number * 60_000, self.number * 60_000, text=text
            )
            for n, text in enumerate(texts)
        ]
        plan = await self._step(self._session, SESSION, msgspec.json.encode(messages), b"")
        assert plan.to == AI
        plan = await self._step(self._ai, AI, msgspec.json.encode(messages), plan.payload)
        assert plan.to == OUTBOUND
        self.left += plan.payload
        return _outgoing.decode(plan.payload).reply

    async def _step(self, handler: Handler, stage: str, events: bytes, payload: bytes) -> Plan:
        turn = Turn(
            partition=0, entry_id="1-0", lane="turn", stage=stage, conversation="ana", number=self.number,
            events=events, state=self.saved, payload=payload, mode="BOT", failures=0, snoozes=0,
            now_ms=self.number * 60_000,
        )  # fmt: skip
        done = handler(turn)
        plan = await done if inspect.isawaitable(done) else done
        assert isinstance(plan, Plan)
        assert plan.state is not None
        self.saved = plan.state
        self.lanes |= {fed.lane for fed in plan.feed}
        self.left += plan.state + b"".join(fed.event for fed in plan.feed)
        self.records += [_record.decode(fed.event) for fed in plan.feed if fed.lane == AUDIT_LANE.name]
        return plan


@pytest_asyncio.fixture
async def bench() -> AsyncIterator[Bench]:
    async with model_server() as server:
        bench = Bench(server)
        bench.guard = allowed
        await bench.open()
        yield bench
        await bench.mind.close()


@pytest.fixture
def person(bench: Bench) -> Person:
    return Person(ai_stage(SessionRules(), bench.mind.understand))


async def test_with_rules_alone_the_stage_is_pure_and_keeps_no_window() -> None:
    stage = ai_stage(SessionRules(), understand)
    assert not inspect.iscoroutinefunction(stage)
    person = Person(stage)
    await person.says(DRIVER[0])
    assert person.state.session is not None
    assert person.state.session.window == []
    assert person.state.session.prompt_version == ""


async def test_a_whole_sign_up_ends_the_same_with_the_model_and_with_the_rules(person: Person) -> None:
    alone = Person(ai_stage(SessionRules(), understand))
    for text in DRIVER:
        await person.says(text)
        await alone.says(text)
    (closed,) = (r for r in person.records if isinstance(r, SessionRecord))
    (expected,) = (r for r in alone.records if isinstance(r, SessionRecord))
    assert closed.outcome == "HANDOFF_HUMAN"
    assert closed == msgspec.structs.replace(expected, prompt_version=PROMPTS.version)


async def test_a_whole_sign_up_ends_the_same_whatever_happens_to_the_model(
    bench: Bench, person: Person
) -> None:
    bench.server.script = ["500", "off_schema", "off_schema", "cut", "refusal", "broken_json"]
    for text in DRIVER:
        await person.says(text)
    (closed,) = (r for r in person.records if isinstance(r, SessionRecord))
    assert closed.outcome == "HANDOFF_HUMAN"
    assert closed.facts["city"] == "Londrina PR"
    assert bench.server.script == []


async def test_the_intent_is_audited_with_the_engine_and_the_version_of_the_instructions(
    person: Person,
) -> None:
    await person.says(DRIVER[0])
    (chosen,) = (r for r in person.records if isinstance(r, ActionRecord) and r.action == "INTENT_SET")
    assert (chosen.data["engine"], chosen.data["prompt"]) == ("model", PROMPTS.version)


async def test_the_window_has_the_last_lines_of_both_sides_masked_and_bounded(
    bench: Bench, person: Person
) -> None:
    await person.says(DRIVER[0])
    await person.says(f"antes uma coisa: meu email é {MAIL}")
    for text in (*DRIVER[1:3], "moto, " + "de verdade " * 200):
        await person.says(text)
    assert person.state.session is not None
    window = person.state.session.window
    assert len(window) == 8
    assert {line[:3] for line in window} == {"U: ", "P: "}
    assert max(map(len, window)) <= 300
    assert MAIL.encode() not in b"".join(bench.server.bodies)
    last = bench.server.asked[-1]
    assert last.part("conversa").splitlines()[0].startswith(("U: ", "P: "))
    assert "[E-MAIL]" in bench.server.asked[2].part("conversa")


async def test_a_burst_is_one_question_and_one_reply(bench: Bench, person: Person) -> None:
    await person.says("oi", "quero ser entregador", "moro em Londrina PR")
    assert len(bench.server.bodies) == 1
    assert person.state.session is not None
    assert person.state.session.facts["city"] == "Londrina PR"


async def test_the_proposed_reply_comes_before_the_question_and_never_instead_of_it(
    bench: Bench, person: Person
) -> None:
    bench.server.reply = "Que bom ter você por aqui."
    first = await person.says(DRIVER[0])
    assert first.text.startswith(TEXTS.privacy_notice)
    assert first.text.endswith("Qual é o seu nome?")
    assert bench.server.reply in first.text
    second = await person.says(DRIVER[1])
    assert second.text.startswith(bench.server.reply)
    assert second.text.rstrip().endswith("?")


async def test_documents_in_an_answer_are_not_kept_handed_over_nor_said_back_with_either_engine(
    person: Person,
) -> None:
    alone = Person(ai_stage(SessionRules(), understand))
    for one in (person, alone):
        await one.says("quero um sistema sob medida")
        await one.says("perco pedidos, meu telefone é 41 99999-8888 e o cartão", "4111 1111 1111 1111, ok?")
        await one.says(f"cadastro de clientes com cpf tipo 529.982.247-25 e e-mail {MAIL}")
        await one.says("30 pessoas em Londrina PR até dezembro")
        reply = await one.says("quero falar com um atendente")
        assert "[TELEFONE]" in reply.text
        assert HANDOFF_LANE.name in one.lanes
        for secret in (b"8888", b"1111", b"529", b"exemplo.com"):
            assert secret not in one.left, secret
        assert "30" in reply.text


async def test_a_payload_nobody_can_read_is_buried_with_a_model_too(bench: Bench) -> None:
    stage = ai_stage(SessionRules(), bench.mind.understand)
    turn = Turn(
        partition=0, entry_id="1-0", lane="turn", stage=AI, conversation="ana", number=1, events=b"[]",
        state=b"", payload=b"{", mode="BOT", failures=0, snoozes=0, now_ms=1,
    )  # fmt: skip
    done = stage(turn)
    assert inspect.isawaitable(done)
    with pytest.raises(PermanentError):
        await done
