"""A página `docs/whatsapp.md` diz a verdade? As tabelas são o que o código faz com cada amostra.

`PYLOTO_WRITE_DOCS=1` regrava as tabelas em vez de falhar.
"""

import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import get_args

import msgspec

from pyloto_stream.simulator.app import Simulator
from pyloto_stream.simulator.delivery import Delivery
from pyloto_stream.simulator.people import Person, Profile
from pyloto_stream.simulator.profiles import StatusName
from pyloto_stream.simulator.sent import SentMessage
from pyloto_stream.whatsapp.payloads import build
from tests.support.kinds_fields import NOTICES
from tests.support.outbound_kinds import OUTBOUND
from tests.support.protocol_table import inbound_rows, outbound_rows, shape
from tests.support.simulation import CONFIG

PAGE = Path(__file__).parent.parent / "docs" / "whatsapp.md"
TAKEN = ("Sample", "Parsed", "Normalised to", "Then", "Simulated", "Contract test")
SENT = ("Sample", "Struct", "Valid", "Simulator accepts", "The product sends it", "Agrees with `pywa`")
OURS = "wamid.OURS"

ACTS: Sequence[Callable[[Person], Delivery]] = (
    lambda p: p.say("oi"),
    lambda p: p.say("oi", quoting=OURS),
    lambda p: p.forward("oi"),
    lambda p: p.come_from_ad("oi"),
    lambda p: p.photo(),
    lambda p: p.video(),
    lambda p: p.audio(),
    lambda p: p.voice(),
    lambda p: p.document(),
    lambda p: p.sticker(),
    lambda p: p.location(-25.4, -49.2),
    lambda p: p.contact("Bia", "5511900000009"),
    lambda p: p.contact("Ana", "5511900000001", origin="contact_request"),
    lambda p: p.react(OURS, "👍"),
    lambda p: p.react(OURS, ""),
    lambda p: p.edit(OURS, "novo"),
    lambda p: p.revoke(OURS),
    lambda p: p.order([("sku-1", 1, 9.9)]),
    lambda p: p.unsupported(),
    lambda p: p.press(OURS, "Sim", "p1"),
    lambda p: p.call(),
    lambda p: p.call("terminate"),
    lambda p: p.prefer("stop"),
    lambda p: p.echo("oi"),
    lambda p: p.echo("oi", field="message_echoes"),
    lambda p: p.speak_on_standby("oi"),
    lambda p: p.change_user_id("BR.99"),
    lambda p: p.change_number("5511900000010", "BR.98"),
)
"""O que uma pessoa da Meta local faz sem que ninguém lhe tenha escrito antes."""


def offered(person: Person, name: str) -> str:
    """A empresa manda a amostra `name` de `OUTBOUND` à pessoa; devolve o id da mensagem."""
    wamid = f"wamid.{name}"
    payload = msgspec.json.decode(build(OUTBOUND[name], to=person.profile.wa_id, reply_id="v1.0.0.0"))
    person.receive(SentMessage(wamid, person.profile.key, "v1.0.0.0", "interactive", payload, 0.0, 0))
    return wamid


def tapped(person: Person, name: str) -> Delivery:
    """A pessoa toca na primeira opção da amostra `name`."""
    offered(person, name)
    return person.tap(person.thread[-1].options[0].id)


async def simulated() -> frozenset[str]:
    """As formas de webhook que a Meta local produz."""
    local = Simulator(CONFIG)
    try:
        person = local.person(Profile("5511900000001", "Ana", user_id="BR.97"))
        made = [tapped(person, "interactive button"), tapped(person, "interactive list")]
        form = offered(person, "interactive flow")
        made += [person.answer_form(form, {"city": "Curitiba"}), *(act(person) for act in ACTS)]
        made += [local.notify(name, {}) for name in NOTICES]
        told = {f"messages/statuses/{name}" for name in get_args(StatusName)}
        return frozenset(told | {shape(c.field, c.value) for delivery in made for c in delivery.values})
    finally:
        await local.stop()


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Uma tabela em Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def replaced(page: str, name: str, text: str) -> str:
    """A página com a tabela `name` trocada."""
    found = re.compile(rf"(<!-- {name} -->\n).*?(\n<!-- /{name} -->)", re.DOTALL)
    assert found.search(page), f"docs/whatsapp.md has no place for the table {name}"
    return found.sub(lambda match: match[1] + text + match[2], page)


async def test_the_tables_of_the_protocol_are_what_the_code_does() -> None:
    inbound, outbound = inbound_rows(await simulated()), outbound_rows()
    wanted = replaced(PAGE.read_text("utf-8"), "inbound", table(TAKEN, inbound))
    wanted = replaced(wanted, "outbound", table(SENT, outbound))
    if os.environ.get("PYLOTO_WRITE_DOCS"):
        PAGE.write_text(wanted, "utf-8")
    assert PAGE.read_text("utf-8") == wanted, "run with PYLOTO_WRITE_DOCS=1"
