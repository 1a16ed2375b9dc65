"""Uma amostra de cada espécie, assinada, pela entrada e por todas as etapas de verdade, até a trilha."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import ClientSession

from consumers.pipeline import STAGES
from pyloto_stream.cli.local import Local, local_system
from pyloto_stream.stores.audit_log import AuditLogStore
from pyloto_stream.stores.conversations import ConversationStore
from pyloto_stream.stores.messages import message_path
from pyloto_stream.stores.sqlite import SqliteDocuments
from pyloto_stream.streams.status import inspect
from pyloto_stream.whatsapp.identity import Person, user_key
from pyloto_stream.whatsapp.signature import sign
from pyloto_stream.whatsapp.webhook import Batch, read
from tests.support import webhooks as meta
from tests.support.kinds import KINDS, UNREAD
from tests.support.kinds_fields import THIRD_PARTIES, WABA
from tests.support.live import stored
from tests.support.local import local_settings
from tests.support.streams import until
from tests.support.webhooks import NUMBER

Trace = set[tuple[str, str]]


def expected(name: str, batch: Batch) -> Trace:
    """O que a trilha tem de dizer da amostra `name`: ação e motivo."""
    traces: Trace = {("MESSAGE_RECEIVED", message.content.kind.upper()) for message in batch.messages}
    traces |= {("MESSAGE_SENT", echo.content.kind.upper()) for echo in batch.echoes}
    traces |= {("HUMAN_REPLIED", echo.via.upper()) for echo in batch.echoes}
    traces |= {("MARKETING_PREFERENCE", wish.marketing.upper()) for wish in batch.preferences}
    traces |= {(f"META_{notice.field.upper()}", notice.event.upper()) for notice in batch.notices}
    traces |= {("DELIVERY", status.status) for status in batch.statuses if name not in UNREAD}
    for call in batch.calls:
        said = f"{call.event}_{call.status}" if call.status else call.event
        traces.add(("CALL_RECEIVED" if call.inbound else "CALL_MADE", said.upper()))
    if name == "referral":
        traces.add(("REFERRAL_RECEIVED", ""))
    return traces


def people(batch: Batch) -> list[Person]:
    found = [part.person for part in batch.messages] + [part.person for part in batch.statuses]
    found += [part.person for part in batch.echoes] + [part.person for part in batch.calls]
    return found + [part.person for part in batch.preferences]


@asynccontextmanager
async def system(folder: Path, redis_url: str) -> AsyncIterator[Local]:
    settings = local_settings(folder, REDIS_URL=redis_url, WHATSAPP_PHONE_NUMBER_ID=NUMBER)
    async with local_system(settings) as local:
        yield local


async def post_all(local: Local, kinds: Mapping[str, meta.Object]) -> dict[str, int]:
    """Entrega cada amostra num POST, e espera não haver mais nada a fazer."""
    secret, answers = local.settings.whatsapp_webhook_secret[0].reveal().encode(), {}
    async with ClientSession() as http:
        for name, document in kinds.items():
            body = meta.dump(document)
            headers = {"Content-Type": "application/json", "X-Hub-Signature-256": sign(secret, body)}
            async with http.post(local.webhook_url, data=body, headers=headers) as answer:
                answers[name] = answer.status

    async def idle() -> bool:
        return (await inspect(local.gateway, STAGES)).idle

    await until(idle)
    return answers


async def found(documents: SqliteDocuments, batch: Batch, pepper: bytes) -> Trace:
    """O que há das conversas de uma amostra: ações da cadeia, e os status das mensagens."""
    keys = {user_key(pepper, person.identities()[-1]) for person in people(batch)}
    keys |= {user_key(pepper, f"account:{WABA}")} if batch.notices else set()
    log = AuditLogStore(documents)
    traces: Trace = {(event.action, event.reason) for key in keys async for event in log.events(key)}
    for status in batch.statuses:
        place = message_path(user_key(pepper, status.person.identities()[-1]), status.id)
        document = await documents.get(place)
        delivery = document.data["delivery"] if document else {}
        traces |= {("DELIVERY", name) for name in delivery} if isinstance(delivery, dict) else set()
    return traces


@pytest.mark.timeout(120)
async def test_each_kind_is_found_in_the_audit_trail(tmp_path: Path, redis_url: str) -> None:
    async with system(tmp_path, redis_url) as local:
        pepper = local.settings.pepper_secret.reveal().encode()
        assert set((await post_all(local, KINDS)).values()) == {200}
        documents = await SqliteDocuments.open(local.settings.sqlite_path)
        missing: dict[str, Trace] = {}
        store, taken_over = ConversationStore(documents), set[str]()
        for name, document in KINDS.items():
            batch = read(meta.dump(document))
            if absent := expected(name, batch) - await found(documents, batch, pepper):
                missing[name] = absent
            for echo in batch.echoes:
                header = await store.header(user_key(pepper, echo.person.identities()[-1]))
                taken_over.add(header.mode if header else "")
        await documents.close()
        dead = {reason for reason, _ in (await stored(redis_url)).dead}
    assert missing == {}
    assert taken_over == {"HUMAN"}
    assert dead == set(UNREAD)
    kept = b"".join(file.read_bytes() for file in tmp_path.glob("documents.sqlite3*"))
    assert [name for name in THIRD_PARTIES if name.encode() in kept] == []
    assert b"wamid.HBgMtext" in kept
