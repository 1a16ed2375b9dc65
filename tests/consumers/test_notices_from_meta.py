"""Do webhook da Meta, como ela o escreve, ao que vale para quem envia: nada se perde no caminho."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from consumers.audit import audit_stage
from ingress.events import channel
from pyloto_stream.stores.channels import ChannelState, ChannelStore
from pyloto_stream.stores.sqlite import SqliteDocuments
from pyloto_stream.stores.templates import TemplateStore
from pyloto_stream.stores.trail import AuditTrail
from pyloto_stream.whatsapp.webhook import read
from tests.consumers.test_audit import run, turn
from tests.support.channels import ACCOUNT, NUMBER, Now
from tests.support.simulation import CONFIG, world

AT_S = 1_700_000_000


@pytest_asyncio.fixture
async def documents(tmp_path: Path) -> AsyncIterator[SqliteDocuments]:
    store = await SqliteDocuments.open(tmp_path / "documents.db")
    yield store
    await store.close()


async def heard(documents: SqliteDocuments, *notices: tuple[str, dict[str, object]]) -> ChannelState:
    """O estado depois de a Meta mandar `notices` (campo e valor), um segundo entre um e outro."""
    store = ChannelStore(documents, ACCOUNT, clock=Now())
    stage = audit_stage(AuditTrail(documents), channels=store)
    for after_s, (field, value) in enumerate(notices):
        entry = {"id": ACCOUNT, "time": AT_S - 60 + after_s, "changes": [{"field": field, "value": value}]}
        batch = read(json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode())
        assert batch.unreadable == []
        await run(stage, turn([channel(notice, notice.key, AT_S * 1000) for notice in batch.notices]))
    return await store.state(NUMBER)


RESTRICTION = {
    "event": "ACCOUNT_RESTRICTION",
    "restriction_info": [
        {"restriction_type": "RESTRICTED_ADD_PHONE_NUMBER_ACTION"},
        {"restriction_type": "RESTRICTED_CUSTOMER_INITIATED_MESSAGING", "expiration": AT_S + 3600},
    ],
}
STARTS_NOTHING = {
    "event": "ACCOUNT_RESTRICTION",
    "restriction_info": [
        {"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expiration": AT_S + 3600}
    ],
}
OVER = {
    "event": "ACCOUNT_RESTRICTION",
    "restriction_info": [
        {"restriction_type": "RESTRICTED_CUSTOMER_INITIATED_MESSAGING", "expiration": AT_S - 1}
    ],
}


def ban(state: str) -> tuple[str, dict[str, object]]:
    about = {"waba_ban_state": state, "waba_ban_date": "November 30, 2026"}
    return "account_update", {"event": "DISABLED_UPDATE", "ban_info": about}


@pytest.mark.parametrize(
    ("notices", "state"),
    [
        ([("account_update", RESTRICTION)], ChannelState("account_restricted")),
        ([("account_update", OVER)], ChannelState()),
        (
            [("account_update", STARTS_NOTHING)],
            ChannelState(templates_paused="account_restricted_business_initiated"),
        ),
        ([ban("SCHEDULE_FOR_DISABLE")], ChannelState()),
        ([ban("DISABLE")], ChannelState("account_disabled")),
        ([ban("DISABLE"), ban("REINSTATE")], ChannelState()),
        (
            [("phone_number_quality_update", {"display_phone_number": "551100000000",
                                              "event": "THROUGHPUT_UPGRADE"})],
            ChannelState(messages_per_second=1000.0),
        ),
        (
            [("flows", {"event": "FLOW_STATUS_CHANGE", "message": "x", "flow_id": "9001",
                        "old_status": "PUBLISHED", "new_status": "THROTTLED"})],
            ChannelState(flows_down=frozenset({"9001"})),
        ),
        ([("business_capability_update", {"max_daily_conversations_per_business": 2000})], ChannelState()),
    ],
)  # fmt: skip
async def test_what_meta_writes_decides_what_may_be_sent(
    notices: list[tuple[str, dict[str, object]]], state: ChannelState, documents: SqliteDocuments
) -> None:
    assert await heard(documents, *notices) == state


async def test_what_meta_writes_of_a_template_reaches_it(documents: SqliteDocuments) -> None:
    names = {"message_template_id": 501, "message_template_name": "lead_followup",
             "message_template_language": "pt_BR"}  # fmt: skip
    await heard(
        documents,
        ("message_template_status_update", {"event": "PAUSED", "reason": None, **names}),
        (
            "message_template_quality_update",
            {"previous_quality_score": "GREEN", "new_quality_score": "YELLOW", **names},
        ),
        ("template_category_update", {"previous_category": "UTILITY", "new_category": "MARKETING", **names}),
    )
    found = await TemplateStore(documents).get("501")
    assert found is not None
    assert (found.name, found.language, found.account_id) == ("lead_followup", "pt_BR", ACCOUNT)
    assert (found.status, found.quality, bool(found.stale_at)) == ("PAUSED", "YELLOW", True)


async def test_what_the_local_meta_announces_is_in_force_without_asking_it(
    documents: SqliteDocuments,
) -> None:
    """A Meta local tem a sua própria leitura da documentação: as duas têm de concordar."""
    stage = audit_stage(AuditTrail(documents), channels=ChannelStore(documents, CONFIG.waba_id))
    async with world() as meta:
        meta.simulator.review("retomar_contato", "pt_BR", "PAUSED")
        meta.simulator.notify(*ban("DISABLE"))
        await meta.webhook.until(lambda: len(meta.webhook.posts) == 2)
        for post in meta.webhook.posts:
            await run(
                stage, turn([channel(notice, notice.key, AT_S * 1000) for notice in read(post.body).notices])
            )
    (template,) = await TemplateStore(documents).named("retomar_contato")
    assert (template.status, template.language) == ("PAUSED", "pt_BR")
    state = await ChannelStore(documents, CONFIG.waba_id).state(CONFIG.phone_number_id)
    assert state.paused == "account_disabled"
