"""Quantos bytes do Redis custam um id lembrado, um evento que espera e uma conversa a meio de um turno?"""

import time
from collections.abc import Sequence

import msgspec

from bench.end_to_end.people import GREETINGS
from bench.harness.rounds import Sample
from bench.memory.room import PARTITIONS, room
from consumers.ai import ai_stage
from consumers.pipeline import AI, AUDIT, AUDIT_LANE, MEDIA_LANE, OUTBOUND, SESSION, TURN_LANE
from consumers.session import session_stage
from consumers.stages import session_rules
from pyloto_stream.ai.gestures import wants_person
from pyloto_stream.ai.rules import understand
from pyloto_stream.ai.scoring import get_ready
from pyloto_stream.conversation.events import MessageReceived
from pyloto_stream.conversation.sessions import SessionManager
from pyloto_stream.settings import DEFAULTS
from pyloto_stream.simulator.registry import fictional
from pyloto_stream.streams import keys
from pyloto_stream.streams.model import Handler, Item, Lane, Plan

LANE = Lane("turn", ("a",))
EVENT = b'{"text":"%b"}' % (b"x" * 881)
"""892 B: com os campos de uma entrada, cerca de 1 kB."""
PER_PARTITION = 2
"""Conversas que recebem os eventos de uma medida de ids: poucas, para que só os ids contem."""


async def remembered(count: int) -> Sample:
    """Um id lembrado: `count` ids entram pela porta, os eventos deles escoam, e só os ids ficam."""
    async with room(LANE) as here:
        people = _spread()
        await here.accept([Item(LANE.name, person, b"{}") for person in people])
        await here.work({"a": _done})
        before = await here.used()
        await here.accept(
            [Item(LANE.name, people[n % len(people)], b"{}", f"wamid.BENCH.{n:020d}") for n in range(count)]
        )
        await here.work({"a": _done})
        used, usage = await here.used() - before, await here.usage()
    return {"bytes": used / count, "usage": usage["seen"] / count}


async def waiting(count: int) -> Sample:
    """Um evento de ≈ 1 kB de uma conversa só dele, que espera a primeira etapa; sem o id, já medido."""
    return await _held([Item(LANE.name, f"c{n}", EVENT) for n in range(count)])


async def boxed(count: int) -> Sample:
    """Um evento de ≈ 1 kB que espera, na caixa, o fim do turno da sua conversa."""
    people = _spread()
    return await _held([Item(LANE.name, people[n % len(people)], EVENT) for n in range(count)], people)


async def live(count: int) -> Sample:
    """Uma conversa a meio de um turno de verdade: mensagem aceita, decidida, resposta ainda por enviar."""
    get_ready()
    rules = session_rules(DEFAULTS)
    stages: dict[str, Handler] = {
        SESSION: session_stage(SessionManager(rules, wants_person)),
        AI: ai_stage(rules, understand),
        AUDIT: _done,
    }
    async with room(TURN_LANE, AUDIT_LANE, MEDIA_LANE) as here:
        before = await here.used()
        await here.accept(
            [
                Item(TURN_LANE.name, f"conversation-{n:011d}", _message(n), f"wamid.BENCH.{n}")
                for n in range(count)
            ]
        )
        await here.work(stages)
        used, usage = await here.used() - before, await here.usage()
    found = {
        "bytes": used / count,
        "usage": usage.total() / count,
        "token": usage[f"stream:{OUTBOUND}"] / count,
    }
    return found | {"bare": found["bytes"] - found["token"]}


async def _held(items: Sequence[Item], first: Sequence[str] = ()) -> Sample:
    """Bytes por evento parado; `first`: conversas que já têm um turno em curso."""
    async with room(LANE) as here:
        await here.accept([Item(LANE.name, person, EVENT) for person in first])
        before, weighed = await here.used(), await here.usage()
        await here.accept(items)
        used, usage = await here.used() - before, await here.usage() - weighed
    each = used / len(items)
    return {"bytes": each, "bare": each - len(EVENT), "usage": usage.total() / len(items)}


def _done(_turn: object) -> Plan:
    return Plan()


def _spread() -> list[str]:
    """Conversas com o mesmo número em cada partição."""
    found: dict[int, list[str]] = {partition: [] for partition in range(PARTITIONS)}
    number = 0
    while any(len(names) < PER_PARTITION for names in found.values()):
        names = found[keys.partition_of(f"c{number}", PARTITIONS)]
        if len(names) < PER_PARTITION:
            names.append(f"c{number}")
        number += 1
    return [name for pair in zip(*found.values(), strict=True) for name in pair]


def _message(number: int) -> bytes:
    """O evento que a entrada faz de uma primeira mensagem."""
    who, now_ms = fictional(1 + number % 9999), int(time.time() * 1000)
    return msgspec.json.encode(
        MessageReceived(
            id=f"wamid.BENCH.{number}",
            kind="text",
            phone_number_id=DEFAULTS.whatsapp_phone_number_id,
            reply_to=who.wa_id,
            sent_at_ms=now_ms,
            accepted_at_ms=now_ms,
            text=GREETINGS[number % len(GREETINGS)],
            profile_name=who.name,
            correlation_id=f"{number:032x}",
        )
    )
