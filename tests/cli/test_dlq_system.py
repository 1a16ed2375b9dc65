"""No sistema inteiro, um turno enterrado que volta é respondido à pessoa, e a cadeia de auditoria confere."""

from pathlib import Path

from redis.asyncio import Redis

from pyloto_stream.clock import system_clock
from pyloto_stream.conversation.events import MessageReceived
from pyloto_stream.stores.audit_log import AuditLogStore
from pyloto_stream.stores.ports import Query
from pyloto_stream.stores.sqlite import SqliteDocuments
from tests.support.command import run
from tests.support.letters import bury, failed, token
from tests.support.system import System


async def test_i10_a_buried_message_that_is_replayed_is_answered_once_and_audited(
    redis_url: str, redis: Redis, tmp_path: Path, log_folder: Path
) -> None:
    async with System(redis_url, tmp_path, log_folder) as system:
        person = system.simulator.people.newcomer()
        person.say("oi")
        await person.reply(0, 30)
        lost = MessageReceived(
            id="wamid.lost",
            kind="text",
            phone_number_id=system.settings.whatsapp_phone_number_id,
            reply_to=person.profile.key,
            sent_at_ms=system_clock(),
            accepted_at_ms=system_clock(),
            text="quero um sistema para a minha loja",
        )
        key = system.key(person)
        await bury(redis, token(key, lost, failed(), s="", p=""))
        env = {"REDIS_URL": redis_url}
        first = await run("dlq", "replay", "--yes", "--by", "bia", env=env)
        again = await run("dlq", "replay", "--yes", "--by", "bia", env=env)
        assert (first.code, again.code) == (0, 1)
        await person.reply(1, 30)
        await system.quiet()
        assert len(person.replies) == 2
    documents = await SqliteDocuments.open(tmp_path / "documents.sqlite3")
    verdict = await AuditLogStore(documents).verify(key)
    events = await documents.query(Query(f"conversations/{key}/audit"))
    await documents.close()
    assert verdict.intact
    assert [e.data["actor"] for e in events if e.data["action"] == "DLQ_REPLAYED"] == ["OPERATOR:bia"]
