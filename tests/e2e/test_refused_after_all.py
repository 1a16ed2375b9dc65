"""O que a Meta recusa depois de aceitar, ou por causa do formulário, pelo sistema inteiro."""

from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from consumers.pipeline import STAGES
from pyloto_stream.cli.local import Local, local_system
from pyloto_stream.conversation.texts import TEXTS
from pyloto_stream.simulator.faults import Fault
from pyloto_stream.simulator.people import Person
from pyloto_stream.simulator.registry import fictional
from pyloto_stream.stores.audit_log import AuditLogStore
from pyloto_stream.stores.conversations import ConversationStore
from pyloto_stream.stores.sqlite import SqliteDocuments
from pyloto_stream.streams.status import inspect
from tests.support.local import local_settings
from tests.support.streams import until

REPLY_S = 20.0


def system(folder: Path, redis_url: str, **environ: str) -> AbstractAsyncContextManager[Local]:
    return local_system(local_settings(folder, REDIS_URL=redis_url, **environ), forms=True)


async def quiet(local: Local) -> None:
    async def idle() -> bool:
        return (await inspect(local.gateway, STAGES)).idle

    await until(idle)


async def failures(local: Local) -> list[tuple[str, str]]:
    """O que a trilha da única conversa, se já se gravou, diz das respostas que não saíram como se queria."""
    documents = await SqliteDocuments.open(local.settings.sqlite_path)
    try:
        headers = (await ConversationStore(documents).headers()).headers
        trail = AuditLogStore(documents)
        events = [event for header in headers async for event in trail.events(header.user_key)]
    finally:
        await documents.close()
    return [(event.action, event.reason) for event in events if event.action.startswith("REPLY_")]


def types(local: Local, person: Person) -> list[str]:
    return [sent.type for sent in local.simulator.sent if sent.to == person.profile.key]


async def lose_first_reply(local: Local) -> Person:
    """A resposta a um "oi" é aceita, e só depois a Meta diz que a janela estava fechada."""
    local.simulator.faults.add(Fault("fail", code=131047, times=0), lambda call: call.reply_id.endswith(".0"))
    person = local.simulator.person(fictional(1))
    person.say("oi")
    await person.reply(0, REPLY_S)

    async def told() -> bool:
        return ("REPLY_FAILED", "GRAPH_131047") in await failures(local)

    await until(told)
    return person


async def test_a_window_that_a_status_says_was_closed_gets_the_template_once(
    tmp_path: Path, redis_url: str
) -> None:
    async with system(tmp_path, redis_url, WINDOW_TEMPLATE="retomar_contato:pt_BR") as local:
        person = await lose_first_reply(local)
        await person.reply(1, REPLY_S)
        await quiet(local)
        kinds = types(local, person)
        assert (len(kinds), kinds[-1]) == (2, "template")
        assert await failures(local) == [
            ("REPLY_FAILED", "GRAPH_131047"),
            ("REPLY_REPLACED", "OUTSIDE_24H_WINDOW"),
        ]


async def test_without_a_template_it_is_an_audited_drop_and_nothing_more(
    tmp_path: Path, redis_url: str
) -> None:
    async with system(tmp_path, redis_url) as local:
        person = await lose_first_reply(local)
        await quiet(local)
        assert len(types(local, person)) == 1
        assert await failures(local) == [
            ("REPLY_FAILED", "GRAPH_131047"),
            ("REPLY_DROPPED", "OUTSIDE_24H_WINDOW"),
        ]


@pytest.mark.parametrize("code", [132068, 132069])
async def test_a_form_that_meta_blocks_at_the_send_is_asked_by_questions(
    tmp_path: Path, redis_url: str, code: int
) -> None:
    async with system(tmp_path, redis_url) as local:
        refused = local.simulator.faults.add(Fault("error", code=code))
        person = local.simulator.person(fictional(1))
        person.say("quero ser entregador")
        asked = await person.reply(0, REPLY_S)
        assert (asked.type, refused.hits) == ("text", 1)
        assert "botão" not in str(asked.payload)
        assert TEXTS.form_button not in str(asked.payload)
        assert "nome?" in str(asked.payload)
        person.say("Ana Lima")
        assert "cidade" in str((await person.reply(1, REPLY_S)).payload)
        await quiet(local)
        assert (len(types(local, person)), await failures(local)) == (2, [])
