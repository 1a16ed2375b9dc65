"""A régua da saída: o cliente nu manda o mesmo que nós, e uma rodada em que algo se perde não vale."""

import asyncio
import json
from pathlib import Path

import pytest

from bench.harness.children import ChildError
from bench.harness.services import first_number, service
from bench.outbound.__main__ import bare, ours
from bench.outbound.bare import pairs_of
from bench.outbound.graph import Received
from bench.outbound.ours import Watched

RECEIPT = b'{"message_id":"wamid.A","messaging_product":"whatsapp","status":"read"}'
MESSAGE = b'{"to":"55","biz_opaque_callback_data":"v1.0.a.0"}'


async def test_a_round_of_ours_is_what_the_bare_client_then_posts(tmp_path: Path) -> None:
    bodies = tmp_path / "bodies"
    sample = await ours(tmp_path, 20, str(bodies))
    assert sample["posts_per_s"] == 2 * sample["per_s"] > 0
    assert sample["cpu_us"] > 0
    pairs = pairs_of(bodies.read_bytes())
    assert len(pairs) == 20
    assert len({json.loads(message)["biz_opaque_callback_data"] for _, message in pairs}) == 20
    assert (await bare(tmp_path, 20, bodies))["per_s"] > 0


def test_bodies_that_do_not_pair_are_refused() -> None:
    assert pairs_of(b"\n".join([RECEIPT, MESSAGE])) == [(RECEIPT, MESSAGE)]
    with pytest.raises(ValueError, match="shorter"):
        pairs_of(b"\n".join([RECEIPT, RECEIPT, MESSAGE]))


def test_the_graph_answers_as_meta_does_and_tells_a_repeated_message_from_a_new_one() -> None:
    received = Received(None)
    assert json.loads(received.post(RECEIPT)) == {"success": True}
    first, second = (json.loads(received.post(MESSAGE))["messages"][0]["id"] for _ in range(2))
    assert first != second
    assert json.loads(received.told()) == {"messages": 2, "receipts": 1, "distinct": 1}


async def test_the_worker_is_stopped_by_the_last_commit_of_its_stage() -> None:
    metrics = Watched("outbound", 2)
    metrics.committed("ai", 5)
    metrics.committed("outbound", 1)
    assert not metrics.stop.is_set()
    metrics.committed("outbound", 1)
    await asyncio.wait_for(metrics.stop.wait(), 1)
    assert metrics.ended > 0


async def test_a_service_that_ends_before_it_is_ready_says_what_it_said(tmp_path: Path) -> None:
    made = service("json.tool", "--nonsense", ready=first_number, log=tmp_path / "log", env={})
    with pytest.raises(ChildError, match="nonsense"):
        async with made:
            pass
