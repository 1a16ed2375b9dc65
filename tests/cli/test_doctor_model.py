"""O que `doctor` diz do modelo: o motivo, pelo nome da variável, e nunca a chave."""

import pytest

from pyloto_stream.cli.check import Check
from pyloto_stream.cli.checks_model import model_checks
from pyloto_stream.settings import load
from tests.support.model_server import model_server

KEY = "sk-SEGREDO"


async def checked(url: str, **environ: str) -> Check:
    given = {"OPENAI_ENABLED": "true", "OPENAI_MODEL": "m1", "OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": url}
    (check,) = await model_checks(load({**given, **environ}))
    assert KEY not in check.detail
    assert "SEGREDO" not in check.detail
    return check


async def test_rules_alone_have_nothing_to_check() -> None:
    assert await model_checks(load({})) == []


async def test_a_model_that_answers_in_the_schema_is_fine_and_got_one_question() -> None:
    async with model_server() as server:
        check = await checked(server.url)
        assert check.standing == "ok"
        assert check.detail.startswith(f"m1 at {server.url}: answers in the schema, in ")
        assert len(server.bodies) == 1
        assert server.asked[0].part("mensagens") == "oi"


@pytest.mark.parametrize(
    ("script", "standing", "words"),
    [
        ("401", "failed", "OPENAI_API_KEY"),
        ("404", "failed", "OPENAI_MODEL"),
        ("400", "failed", "json_schema"),
        ("quota", "failed", "credit"),
        ("429", "warning", "haste"),
        ("500", "failed", "OPENAI_BASE_URL"),
        ("html", "failed", "chat completions"),
        ("off_schema", "failed", "schema"),
    ],
)
async def test_what_is_wrong_is_said_with_the_variable_to_look_at(
    script: str, standing: str, words: str
) -> None:
    async with model_server() as server:
        server.then = script
        check = await checked(server.url)
    assert check.standing == standing
    assert words in check.detail


async def test_a_server_that_is_not_there_is_said_so() -> None:
    check = await checked("http://127.0.0.1:9/v1")
    assert (check.standing, "out of reach" in check.detail) == ("failed", True)


async def test_a_model_slower_than_the_budget_deserves_a_look() -> None:
    async with model_server() as server:
        server.wait_s = 0.25
        check = await checked(server.url, OPENAI_TIMEOUT_SECONDS="0.1")
    assert check.standing == "warning"
    assert "OPENAI_TIMEOUT_SECONDS=0.1" in check.detail
