"""A troca do token, passo a passo: o que a Meta diz decide, e nada se guarda antes da prova."""

import json
from pathlib import Path

import pytest

from pyloto_stream.cli.token_refresh import Where, refresh
from pyloto_stream.clock import system_clock
from pyloto_stream.errors import PermanentError, TransientError
from pyloto_stream.stores.secret_file import SecretFile
from pyloto_stream.whatsapp.graph_call import Call
from pyloto_stream.whatsapp.graph_errors import GraphRefusedError
from pyloto_stream.whatsapp.subscription import Application

APP = Application("300000000000001", "200000000000001", "300000000000001|segredo")
NAME, OLD, NEW, NUMBER = "whatsapp-token", "EAA-velho", "EAA-novo", "100000000000001"
DAY_S = 86_400


def valid(days: float) -> dict[str, object]:
    """O que a Meta diz de um token que ainda vive `days` dias; 0: não vence."""
    return {
        "data": {"is_valid": True, "expires_at": int(system_clock() / 1000 + days * DAY_S) if days else 0}
    }


class Meta:
    """Responde por rótulo e guarda o que se pediu."""

    def __init__(self, **answers: object) -> None:
        self.answers: dict[str, object] = {
            "debug_token": valid(3),
            "exchange_token": {"access_token": NEW, "token_type": "bearer", "expires_in": 60 * DAY_S},
            "check_token": {"id": NUMBER},
            **answers,
        }
        self.calls: list[Call] = []

    async def call(self, call: Call) -> bytes:
        self.calls.append(call)
        found = self.answers[call.endpoint]
        if isinstance(found, Exception):
            raise found
        return found if isinstance(found, bytes) else json.dumps(found).encode()


@pytest.fixture
def where(tmp_path: Path) -> Where:
    return Where(SecretFile(tmp_path), NAME, create=True)


async def test_the_order_is_exchange_prove_store(where: Where) -> None:
    meta = Meta()
    done = await refresh(meta, APP, "segredo", NUMBER, where, OLD, -1)
    assert (done.refreshed, done.version, done.reason) == (True, "1", "")
    assert [call.endpoint for call in meta.calls] == ["debug_token", "exchange_token", "check_token"]
    assert meta.calls[1].query["fb_exchange_token"] == OLD
    assert meta.calls[2].token == NEW
    assert await where.secrets.get(NAME) == NEW


async def test_the_stored_token_is_the_one_that_is_exchanged(where: Where) -> None:
    await where.secrets.add_version(NAME, "EAA-guardado")
    await where.secrets.add_version(NAME, "EAA-desligado")
    await where.secrets.disable(NAME, "2")
    meta = Meta()
    await refresh(meta, APP, "segredo", NUMBER, where, OLD, -1)
    assert meta.calls[0].query == {"input_token": "EAA-guardado"}


@pytest.mark.parametrize(
    ("days", "within", "due"), [(3, 20, True), (21, 20, False), (0, 20, False), (3, 0, False), (0, -1, True)]
)
async def test_it_waits_until_it_is_due(days: float, within: int, due: bool, where: Where) -> None:  # noqa: FBT001 — tabela
    done = await refresh(
        Meta(debug_token=valid(days)),
        APP,
        "segredo",
        NUMBER,
        where,
        OLD,
        within * DAY_S if within >= 0 else -1,
    )
    assert done.refreshed is due
    assert done.reason == ("" if due else "not due yet")


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ({"debug_token": {"data": {"is_valid": False}}}, "token_expired"),
        ({"debug_token": b"{}"}, "unreadable_token_answer"),
        ({"exchange_token": b"[]"}, "unreadable_token_answer"),
        ({"exchange_token": {"access_token": "EAA\nnovo"}}, "unusable_token"),
        ({"exchange_token": {"access_token": ""}}, "unusable_token"),
        ({"exchange_token": GraphRefusedError(code="graph_101")}, "graph_101"),
        ({"check_token": GraphRefusedError(code="graph_190")}, "graph_190"),
    ],
)
async def test_nothing_is_stored_unless_all_went_well(
    answers: dict[str, object], code: str, where: Where
) -> None:
    await where.secrets.add_version(NAME, OLD)
    with pytest.raises((PermanentError, TransientError)) as caught:
        await refresh(Meta(**answers), APP, "segredo", NUMBER, where, OLD, -1)
    assert caught.value.code == code
    assert "EAA" not in str(caught.value)
    assert [version.id for version in await where.secrets.versions(NAME)] == ["1"]


async def test_the_new_one_and_the_one_before_stay_enabled_and_no_older_one(where: Where) -> None:
    for number in range(4):
        new = {"access_token": f"{NEW}-{number}", "expires_in": 60 * DAY_S}
        await refresh(Meta(exchange_token=new), APP, "segredo", NUMBER, where, OLD, -1)
    assert [version.enabled for version in await where.secrets.versions(NAME)] == [True, True, False, False]


async def test_the_same_token_again_is_no_new_version(where: Where) -> None:
    await where.secrets.add_version(NAME, NEW)
    done = await refresh(Meta(), APP, "segredo", NUMBER, where, OLD, -1)
    assert (done.refreshed, done.reason) == (False, "meta gave the same token")
    assert len(await where.secrets.versions(NAME)) == 1


async def test_an_end_that_the_exchange_leaves_out_is_asked_for(where: Where) -> None:
    meta = Meta(exchange_token={"access_token": NEW}, debug_token=valid(0))
    done = await refresh(meta, APP, "segredo", NUMBER, where, OLD, -1)
    assert (done.refreshed, done.expires_at) == (True, "")
    assert meta.calls[-1].query == {"input_token": NEW}
