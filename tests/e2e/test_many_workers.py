"""Três processos por etapa, cem conversas em rajadas: em ordem, um turno uma resposta, nada sobra."""

from pathlib import Path

import pytest

from tests.support.load import talk, verify
from tests.support.system import System

CONVERSATIONS, COPIES, SEED = 100, 3, 20261125


@pytest.mark.timeout(300)
async def test_every_conversation_in_order_and_every_turn_one_reply(
    redis_url: str, tmp_path: Path, log_folder: Path
) -> None:
    async with System(redis_url, tmp_path, log_folder, copies=COPIES, FLOOD_THRESHOLD="100") as system:
        people = await talk(system, CONVERSATIONS, SEED)
        await verify(system, redis_url, people)
        assert sum(len(person.replies) for person in people) < CONVERSATIONS * 10
