"""O que está ao alcance deste processo? Uma pergunta a cada dependência, e nada fica escrito em nenhuma.

Promete: nenhuma resposta traz segredo ou dado pessoal. Limite: "alcançável agora" não é "sempre".
"""

import tempfile
from pathlib import Path

from pyloto_stream.cli.check import Check
from pyloto_stream.cli.checks_anchor import anchor_checks
from pyloto_stream.cli.checks_documents import document_checks
from pyloto_stream.cli.checks_handoff import handoff_check
from pyloto_stream.cli.checks_keys import keys_check
from pyloto_stream.cli.checks_meta import meta_checks
from pyloto_stream.cli.checks_model import model_checks
from pyloto_stream.cli.checks_objects import object_checks
from pyloto_stream.errors import MisconfiguredError, UnavailableError
from pyloto_stream.settings import DEFAULTS, Settings
from pyloto_stream.startup import examined
from pyloto_stream.streams.embedded import EmbeddedRedis
from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.probe import Findings


async def examine(settings: Settings) -> list[Check]:
    """Todas as respostas, na ordem em que interessam."""
    return [
        *await _redis(settings),
        *await document_checks(settings),
        await keys_check(settings),
        *await object_checks(settings),
        *await anchor_checks(settings),
        _webhook(settings),
        *await meta_checks(settings),
        await handoff_check(settings),
        *await model_checks(settings),
        *_unused(settings),
    ]


async def _redis(settings: Settings) -> list[Check]:
    if settings.redis_url.reveal() != "embedded":
        return await _server(settings, settings.redis_url.reveal(), str(settings.redis_url))
    with tempfile.TemporaryDirectory(prefix="pyloto-doctor-") as folder:
        server = EmbeddedRedis(Path(folder))
        try:
            return await _server(settings, await server.start(), "embedded")
        except MisconfiguredError as error:
            return [Check("redis", "failed", str(error))]
        finally:
            await server.stop()


async def _server(settings: Settings, url: str, shown: str) -> list[Check]:
    gateway = Gateway(url, partitions=settings.stream_partitions, durability=settings.durability)
    try:
        found = await examined(settings, gateway)
    except UnavailableError as error:
        return [Check("redis", "failed", f"{shown}: {error.code}")]
    except MisconfiguredError as error:
        return [Check("redis", "failed", str(error))]
    finally:
        await gateway.close()
    first = found.facts[0]
    fine = {
        "server": f"{shown}: {first.kind} {first.version}",
        "memory": f"maxmemory-policy {first.eviction}",
        "disk": f"appendonly yes, appendfsync {first.fsync or 'unknown'}",
    }
    return [check for topic, text in fine.items() for check in _told(found, topic, text)]


def _told(found: Findings, topic: str, fine: str) -> list[Check]:
    """O que se achou sobre um assunto, ou `fine` se não há o que dizer."""
    name = "redis" if topic == "server" else f"redis {topic}"
    failed = [Check(name, "failed", text) for about, text in found.refused if about == topic]
    warned = [Check(name, "warning", text) for about, text in found.warned if about == topic]
    return [*failed, *warned] or [Check(name, "ok", fine)]


def _webhook(settings: Settings) -> Check:
    if not settings.zero_trust_mode:
        return Check("webhook", "warning", "ZERO_TRUST_MODE=false: unsigned webhooks are accepted")
    if settings.whatsapp_webhook_secret == DEFAULTS.whatsapp_webhook_secret:
        return Check("webhook", "warning", "development secret: only the simulator's webhooks are accepted")
    count = len(settings.whatsapp_webhook_secret)
    return Check("webhook", "ok", f"signatures of {count} secret{'s' * (count > 1)} are accepted")


def _unused(settings: Settings) -> list[Check]:
    names = ", ".join(settings.unused())
    return [Check("settings", "warning", f"{names}: no effect in this version")] if names else []
