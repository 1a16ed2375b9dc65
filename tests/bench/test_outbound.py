"""A régua da saída: o cliente nu manda o mesmo que nós, e uma rodada em que algo se perde não vale."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from bench.harness.children import ChildError
from bench.harness.services import first_number, service
from bench.outbound import timed
from bench.outbound.bare import pairs_of
from bench.outbound.graph import Received
from bench.outbound.ours import Watched
from bench.outbound.standing import bare, ours
from bench.outbound.timed import Size, Timed

RECEIPT = b'{"message_id":"wamid.A","messaging_product":"whatsapp","status":"read"}'
MESSAGE = b'{"to":"55","biz_opaque_callback_data":"v1.0.a.0"}'
SIZE = Size(warm=5, timed=15)


async def test_windows_of_ours_are_what_the_bare_client_then_posts(tmp_path: Path) -> None:
    bodies = tmp_path / "bodies"
    async with ours(SIZE, str(bodies)) as window:
        for _ in range(2):
            sample = await window()
            assert sample["posts_per_s"] == 2 * sample["per_s"] > 0
            assert sample["cpu_us"] > 0
    pairs = pairs_of(bodies.read_bytes())
    assert len(pairs) == 2 * SIZE.total
    assert len({json.loads(message)["biz_opaque_callback_data"] for _, message in pairs}) == 2 * SIZE.total
    async with bare(SIZE, bodies) as window:
        assert (await window())["per_s"] > 0


async def test_a_window_that_could_not_be_measured_says_what_the_process_said(tmp_path: Path) -> None:
    with pytest.raises(ChildError, match=r"ended with 1\n(?s:.*)FileNotFoundError"):
        async with bare(SIZE, tmp_path / "absent") as window:
            await window()


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


def test_a_window_is_of_what_its_stage_committed_after_it_was_warm(monkeypatch: pytest.MonkeyPatch) -> None:
    walls, cpus = iter([1.0, 5.0]), iter([0.5, 0.6])
    clock = SimpleNamespace(perf_counter=walls.__next__, process_time=cpus.__next__)
    monkeypatch.setattr(timed, "time", clock)
    window = Timed(Size(warm=2, timed=2))
    metrics = Watched("outbound", window)
    metrics.committed("ai", 5)
    for _ in range(4):
        assert not window.over.is_set()
        metrics.committed("outbound", 1)
    assert window.over.is_set()
    assert window.told() == {"per_s": 0.5, "cpu_us": pytest.approx(50_000)}


async def test_a_service_that_ends_before_it_is_ready_says_what_it_said(tmp_path: Path) -> None:
    made = service("json.tool", "--nonsense", ready=first_number, log=tmp_path / "log", env={})
    with pytest.raises(ChildError, match="nonsense"):
        async with made:
            pass
