"""Quanto ainda vive o token da Graph, e como se troca por um novo antes que acabe?

Promete: o novo só é devolvido; quem o guarda é quem chama, depois de `works`. Nada aqui mostra um token.
Fontes: páginas "Access tokens" e "Debug token". Limite: um token já vencido não se troca; faz-se outro no
painel da empresa.
"""

from typing import Protocol

import msgspec

from pyloto_stream.errors import PermanentError, TransientError
from pyloto_stream.whatsapp.graph_call import Call


class Graph(Protocol):
    """O que se pede ao cliente da Graph."""

    async def call(self, call: Call) -> bytes:
        """Corpo de uma resposta 2xx; falhas de `graph_errors.py`."""


class TokenLife(msgspec.Struct, frozen=True):
    """Se o token vale, e até quando, em segundos da época Unix; 0: não vence."""

    valid: bool
    expires_at_s: int

    def left_s(self, now_s: int) -> int | None:
        """Segundos que restam; `None` se não vence."""
        return self.expires_at_s - now_s if self.expires_at_s else None


class Exchanged(msgspec.Struct, frozen=True):
    """Um token novo e por quantos segundos vale; 0: não vence, ou a Meta não disse."""

    token: str
    expires_in_s: int

    def __repr__(self) -> str:
        """Sem o token."""
        return f"<Exchanged expires_in_s={self.expires_in_s}>"


class _Debug(msgspec.Struct, frozen=True):
    is_valid: bool = False
    expires_at: int | None = None


class _Debugged(msgspec.Struct, frozen=True):
    data: _Debug


class _New(msgspec.Struct, frozen=True):
    access_token: str
    expires_in: int | None = None


async def life_of(graph: Graph, token: str, app_token: str) -> TokenLife:
    """O que a Meta sabe de `token`.

    Raises:
        GraphError: a Meta recusou ou não respondeu.
        TransientError: code `unreadable_token_answer`.
    """
    body = await graph.call(
        Call("GET", "debug_token", "debug_token", {"input_token": token}, token=app_token)
    )
    try:
        found = msgspec.json.decode(body, type=_Debugged).data
    except msgspec.MsgspecError:
        raise _unreadable() from None
    return TokenLife(found.is_valid, found.expires_at or 0)


async def exchange(graph: Graph, token: str, app_id: str, app_secret: str) -> Exchanged:
    """Troca `token`, ainda válido, por um de vida longa; o velho continua valendo.

    Raises:
        GraphError: a Meta recusou ou não respondeu.
        TransientError: code `unreadable_token_answer`.
    """
    query = {
        "grant_type": "fb_exchange_token",
        "client_id": app_id,
        "client_secret": app_secret,
        "fb_exchange_token": token,
    }
    body = await graph.call(Call("GET", "oauth/access_token", "exchange_token", query, token=token))
    try:
        found = msgspec.json.decode(body, type=_New)
    except msgspec.MsgspecError:
        raise _unreadable() from None
    if not found.access_token.isascii() or not found.access_token.isprintable() or not found.access_token:
        raise PermanentError("the new token has an impossible form", code="unusable_token")
    return Exchanged(found.access_token, found.expires_in or 0)


async def works(graph: Graph, token: str, number: str) -> None:
    """Uma leitura inofensiva do número, com `token`: se volta, ele serve.

    Raises:
        GraphError: a Meta recusou ou não respondeu.
    """
    await graph.call(Call("GET", number, "check_token", {"fields": "id"}, token=token))


def _unreadable() -> TransientError:
    return TransientError("the answer about the token does not decode", code="unreadable_token_answer")
