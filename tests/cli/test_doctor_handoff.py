"""`doctor` diz se o CRM está ao alcance, sem lhe entregar nada e sem mostrar o endereço inteiro."""

import pytest

from pyloto_stream.cli.checks_handoff import handoff_check
from pyloto_stream.settings import load
from tests.support.crm import SECRET, answer, crm_server
from tests.support.graph import closed_port


async def told(url: str) -> tuple[str, str]:
    given = {"HANDOFF_WEBHOOK_URL": url, "HANDOFF_WEBHOOK_SECRET": SECRET} if url else {}
    check = await handoff_check(load(given))
    assert check.name == "handoff"
    assert "path-secret" not in check.detail
    assert SECRET not in check.detail
    return check.standing, check.detail


async def test_without_an_address_it_says_where_hand_offs_go() -> None:
    assert await told("") == ("ok", "no HANDOFF_WEBHOOK_URL: hand-offs only go to the stream")


async def test_an_address_that_answers_got_an_empty_head_and_no_delivery() -> None:
    async with crm_server() as crm:
        standing, detail = await told(f"{crm.url}/path-secret")
        assert (standing, detail.rpartition(": ")[2]) == ("warning", "answers, without TLS")
        assert (crm.others, crm.posts) == (["HEAD"], [])


@pytest.mark.parametrize(
    ("status", "words"),
    [(503, "answers with HTTP 503"), (302, "answers with a redirect, which is not followed")],
)
async def test_an_odd_answer_deserves_a_look(status: int, words: str) -> None:
    async with crm_server() as crm:
        crm.head = answer(status, Location=f"{crm.url}/path-secret")
        standing, detail = await told(f"{crm.url}/path-secret")
        assert (standing, detail.rpartition(": ")[2]) == ("warning", words)
        assert crm.others == ["HEAD"]


async def test_out_of_reach_and_without_tls_are_failures_with_their_own_words() -> None:
    assert (await told(f"http://127.0.0.1:{closed_port()}/path-secret"))[0] == "failed"
    async with crm_server() as crm:
        standing, detail = await told(f"{crm.url.replace('http', 'https')}/path-secret")
    assert (standing, detail.rpartition(": ")[2]) == (
        "failed", "its TLS certificate or protocol is not accepted",
    )  # fmt: skip
