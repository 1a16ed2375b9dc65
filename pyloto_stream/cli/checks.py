"""O que está ao alcance deste processo? Uma pergunta a cada dependência, sem escrever em nenhuma.

Promete: nenhuma resposta traz segredo ou dado pessoal. Limite: "alcançável agora" não é "sempre".
"""

import os
import tempfile
from pathlib import Path
from typing import Literal

import msgspec

from pyloto_stream.errors import MisconfiguredError, UnavailableError
from pyloto_stream.settings import DEFAULTS, Settings
from pyloto_stream.streams.embedded import EmbeddedRedis
from pyloto_stream.streams.gateway import Gateway

REDIS_FLOOR, VALKEY_FLOOR = (7, 0), (7, 2)
"""Versões mínimas (arquitetura, seção 3)."""

Standing = Literal["ok", "warning", "failed"]


class Check(msgspec.Struct, frozen=True):
    """Uma resposta: `warning` funciona, mas alguém deve olhar; `failed` não funciona assim."""

    name: str
    standing: Standing
    detail: str


async def examine(settings: Settings) -> list[Check]:
    """Todas as respostas, na ordem em que interessam."""
    return [
        *await _redis(settings),
        await _documents(settings),
        _objects(settings.object_folder),
        _webhook(settings),
        _graph(settings),
        *_unused(settings),
    ]


async def _redis(settings: Settings) -> list[Check]:
    if settings.redis_url.reveal() != "embedded":
        return await _server(settings.redis_url.reveal(), str(settings.redis_url))
    with tempfile.TemporaryDirectory(prefix="pyloto-doctor-") as folder:
        server = EmbeddedRedis(Path(folder))
        try:
            return await _server(await server.start(), "embedded")
        except MisconfiguredError as error:
            return [Check("redis", "failed", str(error))]
        finally:
            await server.stop()


async def _server(url: str, shown: str) -> list[Check]:
    gateway = Gateway(url, partitions=1)
    try:
        info = {**await gateway.info("server"), **await gateway.info("memory")}
        info |= await gateway.info("persistence")
    except UnavailableError as error:
        return [Check("redis", "failed", f"{shown}: {error.code}")]
    finally:
        await gateway.close()
    return [_version(info, shown), _eviction(info), _appendonly(info)]


def _version(info: dict[str, object], shown: str) -> Check:
    kind = "valkey" if "valkey_version" in info else "redis"
    floor = VALKEY_FLOOR if kind == "valkey" else REDIS_FLOOR
    version = str(info.get(f"{kind}_version", "0"))
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    if numbers < floor:
        return Check("redis", "failed", f"{shown}: {kind} {version}, needs {floor[0]}.{floor[1]} or newer")
    return Check("redis", "ok", f"{shown}: {kind} {version}")


def _eviction(info: dict[str, object]) -> Check:
    policy = str(info.get("maxmemory_policy", "unknown"))
    if policy == "noeviction":
        return Check("redis memory", "ok", "maxmemory-policy noeviction")
    return Check(
        "redis memory", "failed", f"maxmemory-policy {policy} may drop accepted events: use noeviction"
    )


def _appendonly(info: dict[str, object]) -> Check:
    if str(info.get("aof_enabled", "0")) == "1":
        return Check("redis disk", "ok", "appendonly yes")
    return Check("redis disk", "warning", "appendonly no: a restart of the server loses accepted events")


async def _documents(settings: Settings) -> Check:
    try:
        if settings.document_store == "firestore":
            return await _firestore(settings.firestore_project_id)
        return await _sqlite(settings.sqlite_path)
    except MisconfiguredError as error:
        return Check("documents", "failed", str(error))
    except UnavailableError as error:
        return Check("documents", "failed", f"{settings.document_store}: {error.code}")


async def _sqlite(path: Path) -> Check:
    from pyloto_stream.stores.sqlite import SqliteDocuments  # noqa: PLC0415 — só quem usa este banco

    if not path.exists():  # noqa: ASYNC240 — um comando, antes de haver o que atrasar
        return Check("documents", "ok", "sqlite: the file will be created")
    documents = await SqliteDocuments.open(path)
    await documents.close()
    return Check("documents", "ok", "sqlite: the file opens")


async def _firestore(project: str) -> Check:
    from pyloto_stream.stores.firestore import FirestoreDocuments  # noqa: PLC0415 — idem

    documents = await FirestoreDocuments.open(project)
    try:
        await documents.get("conversations/doctor")
    finally:
        await documents.close()
    return Check("documents", "ok", f"firestore: project {project} answers")


def _objects(folder: Path) -> Check:
    if not folder.exists():
        return Check("objects", "ok", "folder: it will be created")
    if folder.is_dir() and os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return Check("objects", "ok", "folder: it can be written")
    return Check("objects", "failed", "OBJECT_FOLDER: is not a folder that can be written")


def _webhook(settings: Settings) -> Check:
    if not settings.zero_trust_mode:
        return Check("webhook", "warning", "ZERO_TRUST_MODE=false: unsigned webhooks are accepted")
    if settings.whatsapp_webhook_secret == DEFAULTS.whatsapp_webhook_secret:
        return Check("webhook", "warning", "development secret: only the simulator's webhooks are accepted")
    count = len(settings.whatsapp_webhook_secret)
    return Check("webhook", "ok", f"signatures of {count} secret{'s' * (count > 1)} are accepted")


def _graph(settings: Settings) -> Check:
    where = f"{settings.whatsapp_api_base_url}/{settings.whatsapp_api_version}"
    if settings.whatsapp_access_token == DEFAULTS.whatsapp_access_token:
        return Check("graph", "warning", f"{where} (not called): development token, Meta will refuse it")
    return Check("graph", "ok", f"{where} (not called)")


def _unused(settings: Settings) -> list[Check]:
    names = ", ".join(settings.unused())
    return [Check("settings", "warning", f"{names}: no effect in this version")] if names else []
