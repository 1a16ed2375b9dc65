"""A Meta está mesmo nos mandando os webhooks? Assinar o aplicativo e a conta, e ler de volta o que ficou.

Promete: diz o que falta, e nunca mostra a palavra de verificação. Fontes: páginas "Getting started" e
"Override callback URL" dos webhooks. Limite: a versão dos webhooks só se escolhe no painel do aplicativo.
"""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from pyloto_stream.errors import PermanentError, TransientError
from pyloto_stream.whatsapp.graph_call import Call
from pyloto_stream.whatsapp.graph_errors import GraphRefusedError

OBJECT = "whatsapp_business_account"
FIELDS = (
    "messages", "message_echoes", "smb_message_echoes", "standby", "messaging_handovers", "calls",
    "user_preferences", "flows", "account_alerts", "account_review_update", "account_settings_update",
    "account_update", "business_capability_update", "business_username_update",
    "message_template_components_update", "message_template_quality_update", "message_template_status_update",
    "template_category_update", "phone_number_name_update", "phone_number_quality_update", "security",
)  # fmt: skip
"""O que tratamos. Ficam de fora grupos, pagamentos e o que traz dados de terceiros (`history`, agenda)."""

CHALLENGE_FAILED = 2200
"""Código da Meta para o desafio sem a resposta esperada; só existe nesta chamada."""


class Graph(Protocol):
    """O que se pede ao cliente da Graph."""

    async def call(self, call: Call) -> bytes:
        """Corpo de uma resposta 2xx; falhas de `graph_errors.py`."""


class Application(msgspec.Struct, frozen=True):
    """O aplicativo e a conta que ele atende. `token` é o do aplicativo, `id|segredo`."""

    id: str
    account_id: str
    token: str

    def __repr__(self) -> str:
        """Sem o token."""
        return f"<Application {self.id}>"


class Subscribed(msgspec.Struct, frozen=True):
    """O que a Meta diz que está assinado. `elsewhere`: as mensagens vão para outro endereço, este."""

    callback_url: str
    active: bool
    fields: tuple[str, ...]
    account: bool
    elsewhere: str

    def problems(self, callback_url: str, wanted: Sequence[str]) -> list[str]:
        """O que impede que `wanted` chegue a `callback_url`; vazio se nada."""
        told = []
        if not self.active:
            told.append("the app subscription is not active")
        if self.callback_url != callback_url:
            told.append("the app subscription points to another address")
        if missing := [name for name in wanted if name not in self.fields]:
            told.append(f"fields not subscribed: {', '.join(missing)}")
        if not self.account:
            told.append("the business account is not subscribed to the app")
        if self.elsewhere:
            told.append("the business account overrides the address: messages go elsewhere")
        return told


class _Field(msgspec.Struct, frozen=True):
    name: str


class _Entry(msgspec.Struct, frozen=True):
    object: str = ""
    callback_url: str = ""
    active: bool = False
    fields: list[_Field | str] = []


class _Entries(msgspec.Struct, frozen=True):
    data: list[_Entry] = []


class _About(msgspec.Struct, frozen=True):
    id: str | int = ""


class _App(msgspec.Struct, frozen=True):
    whatsapp_business_api_data: _About = _About()
    override_callback_uri: str = ""


class _Apps(msgspec.Struct, frozen=True):
    data: list[_App] = []


async def subscribe(
    graph: Graph, app: Application, callback_url: str, verify_token: str, fields: Sequence[str]
) -> None:
    """Assina o aplicativo em `callback_url` (a Meta faz o desafio agora) e a conta no aplicativo.

    Raises:
        PermanentError: code `graph_2200`, o endereço não respondeu ao desafio da Meta.
        GraphError: a Meta recusou ou não respondeu.
    """
    form = {"object": OBJECT, "callback_url": callback_url, "verify_token": verify_token,
            "fields": ",".join(fields)}  # fmt: skip
    try:
        await graph.call(Call("POST", f"{app.id}/subscriptions", "subscriptions", form=form, token=app.token))
    except GraphRefusedError as refused:
        if refused.graph_code != CHALLENGE_FAILED:
            raise
        why = "the address did not answer Meta's challenge; ingress must be there, with WHATSAPP_VERIFY_TOKEN"
        raise PermanentError(why, code=refused.code) from None
    await graph.call(Call("POST", f"{app.account_id}/subscribed_apps", "subscribed_apps", form={}))


async def subscribed(graph: Graph, app: Application) -> Subscribed:
    """O que está assinado agora.

    Raises:
        GraphError: a Meta recusou ou não respondeu.
        TransientError: code `unreadable_subscription`.
    """
    ours = await graph.call(Call("GET", f"{app.id}/subscriptions", "subscriptions", token=app.token))
    theirs = await graph.call(Call("GET", f"{app.account_id}/subscribed_apps", "subscribed_apps"))
    try:
        entries = msgspec.json.decode(ours, type=_Entries).data
        apps = msgspec.json.decode(theirs, type=_Apps).data
    except msgspec.MsgspecError:
        raise TransientError("the subscription does not decode", code="unreadable_subscription") from None
    entry = next((each for each in entries if each.object == OBJECT), _Entry())
    mine = next((each for each in apps if str(each.whatsapp_business_api_data.id) == app.id), None)
    return Subscribed(
        callback_url=entry.callback_url,
        active=entry.active,
        fields=tuple(sorted(each if isinstance(each, str) else each.name for each in entry.fields)),
        account=mine is not None,
        elsewhere=mine.override_callback_uri if mine else "",
    )
