"""`handoffs list --include-pii` promete: o resumo inteiro, e o olhar na trilha de cada conversa mostrada."""

import json
from itertools import count

import pytest
from msgspec import structs

from pyloto_stream.stores.audit_log import AuditLogStore
from pyloto_stream.stores.handoffs import HandoffStore
from pyloto_stream.streams.keys import partition_of
from tests.support.attended import Attended
from tests.support.records import handoff
from tests.support.shell import Shell

pytestmark = pytest.mark.one_server
SUMMARY = "Sistema sob medida\nProblema atual: planilhas\n\nCadastro de loja\nEmpresa: Padaria Sol"
"""Como a conversa o escreve: um parágrafo por assunto, o título na primeira linha."""
NEIGHBOUR = next(name for name in map(str, count()) if partition_of(name, 2) == partition_of("ana", 2))
"""Alguém da mesma partição."""


async def test_the_whole_summary_is_shown_and_the_look_is_audited_once_a_conversation(
    front: Attended, shell: Shell
) -> None:
    front.start()
    store = HandoffStore(front.documents)
    log = AuditLogStore(front.documents)
    for number, (person, level) in enumerate([("ana", "low"), ("ana", "low"), (NEIGHBOUR, "high")]):
        await store.add(person, structs.replace(handoff(number, level=level), summary=SUMMARY))
    low = ("handoffs", "list", "--level", "low", "--include-pii")
    table = await shell.run(*low, "--reason", "fila da manhã")
    document = await shell.run(*low, "--json", "--operator", "bia", "--limit", "1")
    await front.quiet()
    assert table.out.splitlines()[1].endswith(
        "Sistema sob medida; Problema atual: planilhas; Cadastro de loja; Empresa: Padaria Sol"
    )
    assert [each["summary"] for each in json.loads(document.out)] == [SUMMARY]
    assert document.err == "there are more than these 1: raise --limit\n"
    looks = [event for event in await front.trail() if event.action == "CONVERSATION_SHOWN"]
    assert [(look.actor, look.reason) for look in looks] == [
        ("OPERATOR:carla", "fila da manhã"), ("OPERATOR:bia", ""),
    ]  # fmt: skip
    everything = await shell.run("handoffs", "list", "--include-pii", "--json")
    await front.quiet()
    assert [each["user_key"] for each in json.loads(everything.out)] == [NEIGHBOUR, "ana", "ana"]
    assert await front.facts("CONVERSATION_SHOWN") == ["CONVERSATION_SHOWN"] * 3
    assert [event.action async for event in log.events(NEIGHBOUR)] == ["CONVERSATION_SHOWN"]
