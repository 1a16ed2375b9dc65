"""O que a Meta responde sobre assinaturas é lido com folga, e o que falta é dito em palavras."""

import json
from collections.abc import Mapping

import pytest

from pyloto_stream.errors import PermanentError, TransientError
from pyloto_stream.whatsapp.error_codes import ErrorClass
from pyloto_stream.whatsapp.graph_call import Call
from pyloto_stream.whatsapp.graph_errors import GraphRefusedError
from pyloto_stream.whatsapp.subscription import FIELDS, OBJECT, Application, subscribe, subscribed
from pyloto_stream.whatsapp.webhook_notices import FIELDS as NOTICES

URL = "https://example.com/webhooks/whatsapp"
APP = Application("300000000000001", "200000000000001", "300000000000001|segredo")
MESSAGES = {"object": OBJECT, "callback_url": URL, "active": True, "fields": [{"name": "messages"}, "flows"]}
OURS = {"whatsapp_business_api_data": {"id": APP.id, "name": "Pyloto"}}


class Scripted:
    """Responde por rótulo e guarda o que se pediu."""

    def __init__(self, answers: Mapping[str, object]) -> None:
        self.answers = answers
        self.calls: list[Call] = []

    async def call(self, call: Call) -> bytes:
        self.calls.append(call)
        found = self.answers[call.endpoint]
        return found if isinstance(found, bytes) else json.dumps(found).encode()


def answers(entries: list[object], apps: list[object]) -> Scripted:
    return Scripted({"subscriptions": {"data": entries}, "subscribed_apps": {"data": apps}})


@pytest.mark.parametrize(
    ("entries", "apps", "problems"),
    [
        ([MESSAGES], [OURS], []),
        ([{"object": "page"}, MESSAGES], [{"whatsapp_business_api_data": {"id": "9"}}, OURS], []),
        ([{**MESSAGES, "active": False}], [OURS], ["the app subscription is not active"]),
        ([{**MESSAGES, "callback_url": "https://other"}], [OURS],
         ["the app subscription points to another address"]),
        ([{**MESSAGES, "fields": []}], [OURS], ["fields not subscribed: messages, flows"]),
        ([MESSAGES], [], ["the business account is not subscribed to the app"]),
        ([MESSAGES], [{**OURS, "override_callback_uri": "https://other"}],
         ["the business account overrides the address: messages go elsewhere"]),
        ([], [], ["the app subscription is not active", "the app subscription points to another address",
                  "fields not subscribed: messages, flows",
                  "the business account is not subscribed to the app"]),
    ],
)  # fmt: skip
async def test_what_is_missing_is_said(
    entries: list[object], apps: list[object], problems: list[str]
) -> None:
    found = await subscribed(answers(entries, apps), APP)
    assert found.problems(URL, ("messages", "flows")) == problems


@pytest.mark.parametrize("endpoint", ["subscriptions", "subscribed_apps"])
async def test_an_answer_of_another_form_is_told(endpoint: str) -> None:
    graph = answers([MESSAGES], [OURS])
    graph.answers = {**graph.answers, endpoint: b'{"data": 1}'}
    with pytest.raises(TransientError) as caught:
        await subscribed(graph, APP)
    assert caught.value.code == "unreadable_subscription"


async def test_the_app_asks_with_its_own_token_and_the_account_with_ours() -> None:
    graph = answers([], [])
    await subscribe(graph, APP, URL, "palavra", FIELDS)
    await subscribed(graph, APP)
    assert [(call.method, call.path.partition("/")[2], call.token) for call in graph.calls] == [
        ("POST", "subscriptions", APP.token), ("POST", "subscribed_apps", ""),
        ("GET", "subscriptions", APP.token), ("GET", "subscribed_apps", ""),
    ]  # fmt: skip
    assert "segredo" not in f"{APP!r} {graph.calls!r}"
    assert "palavra" not in repr(graph.calls)


class Refusing(Scripted):
    """Recusa tudo com um só código da Meta."""

    def __init__(self, graph_code: int) -> None:
        super().__init__({})
        self._graph_code = graph_code

    async def call(self, call: Call) -> bytes:
        self.calls.append(call)
        error = GraphRefusedError("refused", code=f"graph_{self._graph_code}")
        raise error.about(self._graph_code, ErrorClass.PERMANENT)


@pytest.mark.parametrize(("graph_code", "advised"), [(2200, True), (100, False)])
async def test_only_a_failed_challenge_is_blamed_on_the_address(graph_code: int, advised: bool) -> None:  # noqa: FBT001
    graph = Refusing(graph_code)
    with pytest.raises(PermanentError) as caught:
        await subscribe(graph, APP, URL, "palavra", FIELDS)
    assert (caught.value.code, "challenge" in str(caught.value)) == (f"graph_{graph_code}", advised)
    assert len(graph.calls) == 1


def test_every_field_asked_for_is_one_that_is_read() -> None:
    """Assinar o que ninguém lê encheria a fila dos ilegíveis."""
    spoken = {"messages", "message_echoes", "smb_message_echoes", "standby", "calls", "user_preferences"}
    assert set(FIELDS) <= spoken | NOTICES
    assert len(FIELDS) == len(set(FIELDS))
