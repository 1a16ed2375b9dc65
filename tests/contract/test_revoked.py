"""Uma mensagem que a pessoa apagou não deixa o texto em banco nenhum, venha o que vier primeiro."""

import itertools

import msgspec
import pytest

from pyloto_stream.conversation.records import MessageRecord
from pyloto_stream.stores.conversations import ConversationStore
from pyloto_stream.stores.messages import message_path
from pyloto_stream.stores.ports import Documents
from pyloto_stream.stores.trail import AuditTrail
from tests.support.records import T0, USER, inbound

SAID = msgspec.structs.replace(inbound(7), text="segredo", media_id="m1")
GONE = MessageRecord("wamid.R", "in", "USER", T0 + 9, "revoke", context_id=SAID.id)


def by(human: bool, record: MessageRecord) -> MessageRecord:  # noqa: FBT001 — vem de parametrize
    """O mesmo, dito ou apagado por alguém da equipe."""
    return msgspec.structs.replace(record, direction="out", actor="HUMAN") if human else record


@pytest.mark.parametrize("human", [False, True])
@pytest.mark.parametrize("order", list(itertools.permutations((SAID, GONE))))
@pytest.mark.parametrize("together", [True, False])
async def test_revoked_text_is_nowhere_and_both_facts_are_audited(
    documents: Documents, order: tuple[MessageRecord, ...], *, together: bool, human: bool
) -> None:
    trail, state = AuditTrail(documents), None
    order = tuple(by(human, record) for record in order)
    for records in [order] if together else [(record,) for record in order]:
        state = await trail.record(USER, records, state)
    stored = await documents.get(message_path(USER, SAID.id))
    assert stored is not None
    assert (stored.data["text"], stored.data["media_id"]) == ("", "")
    message = await ConversationStore(documents).message(USER, SAID.id)
    assert message is not None
    assert (message.type, message.text, bool(message.revoked_at)) == ("text", "", True)
    revocation = await ConversationStore(documents).message(USER, "wamid.R")
    assert revocation is not None
    assert revocation.context_id == SAID.id
