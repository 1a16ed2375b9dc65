"""Como o token da Graph é trocado sem que ninguém fique sem ele? Trocar, provar o novo, só então guardar.

Promete: nenhuma versão nova é guardada antes de o token novo responder; a anterior continua ligada, e valendo
na Meta, para os processos que ainda a usam. Limite: só os processos que leem o token do Secret Manager
passam a usar o novo sem reiniciar (`secret_refresh.py`).
"""

import contextlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from pyloto_stream.clock import system_clock
from pyloto_stream.errors import MisconfiguredError, PermanentError
from pyloto_stream.stores.secrets import UNKNOWN, Secrets, SecretVersion
from pyloto_stream.whatsapp.token_life import Exchanged, Graph, TokenLife, exchange, life_of, works

if TYPE_CHECKING:
    from pyloto_stream.whatsapp.subscription import Application

KEPT = 2
"""Versões que ficam ligadas: a nova e a que os processos em andamento usam."""


class Where(msgspec.Struct, frozen=True):
    """Onde o token mora: o cofre e o nome nele. `create`: o segredo nasce com a primeira versão."""

    secrets: Secrets
    name: str
    create: bool


class Refreshed(msgspec.Struct, frozen=True):
    """O que houve, sem o token. `version` vazia: nada foi guardado; `expires_at` vazio: não vence."""

    refreshed: bool
    version: str
    expires_at: str
    reason: str = ""


async def refresh(
    graph: Graph, app: "Application", app_secret: str, number: str, where: Where, fallback: str, within_s: int
) -> Refreshed:
    """Troca o token guardado em `where` (ou `fallback`, se ali não há nenhum).

    `within_s`: só se vence em menos disso; negativo: sempre. `number`: o `phone_number_id` que prova o novo.

    Raises:
        PermanentError: code `token_expired`: já não vale, e não se troca.
        GraphError: a Meta recusou a troca, ou o token novo não serve; nada foi guardado.
        UnavailableError, MisconfiguredError: o cofre falhou ou não pode ser usado assim.
    """
    found = await _versions(where)
    current = await _current(where, found) or fallback
    life = await life_of(graph, current, app.token)
    if not life.valid:
        raise PermanentError(
            "the token is no longer valid; make a new one in Meta's business settings", code="token_expired"
        )
    left_s = life.left_s(_now_s())
    if within_s >= 0 and (left_s is None or left_s > within_s):
        return Refreshed(refreshed=False, version="", expires_at=_shown(life), reason="not due yet")
    new = await exchange(graph, current, app.id, app_secret)
    await works(graph, new.token, number)
    expires_at = _shown(await _life_of_new(graph, new, app.token))
    if new.token == current and found:
        return Refreshed(
            refreshed=False, version="", expires_at=expires_at, reason="meta gave the same token"
        )
    version = await where.secrets.add_version(where.name, new.token)
    if await where.secrets.get(where.name, version) != new.token:
        raise PermanentError("the secret does not hold what was stored", code="secret_not_stored")
    await _retire(where, found)
    return Refreshed(refreshed=True, version=version, expires_at=expires_at)


async def _versions(where: Where) -> list[SecretVersion]:
    try:
        return await where.secrets.versions(where.name)
    except PermanentError as error:
        if error.code != UNKNOWN:
            raise
        if not where.create:
            raise MisconfiguredError("--secret: there is no such secret; create it first, empty") from None
        return []


async def _current(where: Where, found: list[SecretVersion]) -> str:
    """O da versão ligada mais nova; vazio se não há."""
    newest = next((version for version in found if version.enabled), None)
    return await where.secrets.get(where.name, newest.id) if newest else ""


async def _life_of_new(graph: Graph, new: Exchanged, app_token: str) -> TokenLife:
    if new.expires_in_s:
        return TokenLife(valid=True, expires_at_s=_now_s() + new.expires_in_s)
    return await life_of(graph, new.token, app_token)


async def _retire(where: Where, before: list[SecretVersion]) -> None:
    """Desliga as que ninguém mais usa; se não der, a troca já está feita e a próxima vez desliga."""
    enabled = [version for version in before if version.enabled]
    for version in enabled[KEPT - 1 :]:
        with contextlib.suppress(PermanentError):  # outro já a desligou ou destruiu
            await where.secrets.disable(where.name, version.id)


def _now_s() -> int:
    return system_clock() // 1000


def _shown(life: TokenLife) -> str:
    if not life.expires_at_s:
        return ""
    return datetime.fromtimestamp(life.expires_at_s, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
