"""Mortos de todo tipo, postos onde o executor os poria."""

import json
from typing import Any, cast

import msgspec
from redis.asyncio import Redis

from pyloto_stream.conversation.events import Event, MessageReceived, TurnFailed
from pyloto_stream.streams import keys
from pyloto_stream.streams.dead import DeadLetter, LetterId
from pyloto_stream.streams.model import Setback

SECRET = "segredo da pessoa"
SENDER = "5541900001234"


def said(number: int = 1, text: str = SECRET) -> MessageReceived:
    """Uma mensagem da pessoa."""
    return MessageReceived(
        id=f"wamid.{number}",
        kind="text",
        phone_number_id="100000000000001",
        reply_to=SENDER,
        sent_at_ms=1_763_990_000_000 + number,
        accepted_at_ms=1_763_990_000_000 + number,
        text=text,
    )


def failed(stage: str = "ai") -> TurnFailed:
    """Um aviso nosso."""
    return TurnFailed(stage=stage, code="bug_KeyError", turn=1)


def token(
    conversation: str = "ana", *events: Event | str, code: str = "bug_KeyError", **changes: str
) -> dict[str, str]:
    """Os campos de um token enterrado, com o que `changes` troca; o que fica vazio não vem."""
    history = [Setback("first_try", "disk full", 1_763_990_000_000), Setback(code, "", 1_763_990_001_000)]
    fields = {
        "at": "1763990002000", "entry": "1763990000000-0", "code": code,
        "message": "KeyError in stage ai", "attempts": "5", "deaths": "1", "version": "0.1.0",
        "history": msgspec.json.encode(history).decode(),
        "l": "turn", "c": conversation, "n": "7",
        "e": msgspec.json.encode(events or (said(),)).decode(), "s": json.dumps({"name": SECRET}),
        "p": json.dumps({"payload": SECRET}), "m": "BOT", "f": "4", "z": "2",
        "h": "", "v": "1",
    }  # fmt: skip
    return {name: value for name, value in (fields | changes).items() if value or name in "hp"}


async def bury(
    redis: Redis,
    fields: dict[str, str],
    stage: str = "ai",
    *,
    partitions: int = 8,
    partition: int | None = None,
    entry: str = "*",
) -> LetterId:
    """Põe um morto na partição da sua conversa, ou em `partition`."""
    if partition is None:
        partition = keys.partition_of(fields.get("c", ""), partitions)
    key = keys.dead(keys.prefix(partition, partitions), stage)
    made = await redis.xadd(key, cast("dict[Any, Any]", fields), id=entry)
    at_ms, _, seq = str(made).partition("-")
    return LetterId(int(at_ms), int(seq), partition, stage)


def letter(fields: dict[str, str], stage: str = "ai") -> DeadLetter:
    """O mesmo, sem servidor."""
    return DeadLetter(LetterId(1, 0, 0, stage), {name: value.encode() for name, value in fields.items()})
