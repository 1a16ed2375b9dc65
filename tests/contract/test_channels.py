"""O estado dos canais promete: o aviso mais novo vale, em qualquer ordem, quantas vezes chegar."""

import itertools

import pytest

from pyloto_stream.conversation.records import ChannelRecord
from pyloto_stream.stores.channels import ChannelState, ChannelStore
from pyloto_stream.stores.ports import Documents
from pyloto_stream.stores.templates import TemplateStore
from tests.support.channels import ACCOUNT, AWAY, BACK, BANNED, HERE, NUMBER, RESTRICTED, T0, Now, said


async def told(documents: Documents, *records: ChannelRecord, now: Now | None = None) -> ChannelState:
    store = ChannelStore(documents, ACCOUNT, clock=now or Now())
    for record in records:
        await store.apply(record)
    return await store.state(NUMBER)


async def test_without_any_notice_everything_may_go(documents: Documents) -> None:
    assert await told(documents) == ChannelState()


@pytest.mark.parametrize(
    ("record", "paused", "templates_paused"),
    [
        (RESTRICTED, "account_restricted", ""),
        (said("account_update", "ACCOUNT_RESTRICTION"), "account_restricted", ""),
        (BANNED, "account_disabled", ""),
        (AWAY, "account_offboarded", ""),
        (said("account_update", "ACCOUNT_DELETED"), "account_deleted", ""),
        (said("account_update", "DISABLED_UPDATE", waba_ban_state="SCHEDULE_FOR_DISABLE"), "", ""),
        (
            said("account_update", "ACCOUNT_RESTRICTION", restriction="RESTRICTED_BIZ_INITIATED_MESSAGING"),
            "",
            "account_restricted_business_initiated",
        ),
        (
            said("account_update", "ACCOUNT_RESTRICTION", restriction="RESTRICTED_ADD_PHONE_NUMBER_ACTION"),
            "",
            "",
        ),
        (said("account_review_update", "REJECTED"), "", ""),
        (said("account_update", "SOMETHING_NEW"), "", ""),
    ],
)
async def test_what_stops_the_account_stops_its_numbers(
    record: ChannelRecord, paused: str, templates_paused: str, documents: Documents
) -> None:
    assert await told(documents, record) == ChannelState(paused, templates_paused=templates_paused)


async def test_another_account_stops_nobody_here(documents: Documents) -> None:
    other = said("account_update", "ACCOUNT_DELETED", subject="account:999")
    assert await told(documents, other) == ChannelState()


@pytest.mark.parametrize("order", list(itertools.permutations((RESTRICTED, BANNED, BACK))))
async def test_reinstated_is_resumed_in_every_order_of_arrival_and_however_often(
    order: tuple[ChannelRecord, ...], documents: Documents
) -> None:
    assert (await told(documents, *order, *order)).paused == ""


async def test_a_reconnected_account_goes_on_but_a_ban_is_another_matter(documents: Documents) -> None:
    assert (await told(documents, HERE, AWAY)).paused == ""
    assert (await told(documents, BANNED)).paused == "account_disabled"
    assert (await told(documents, HERE)).paused == "account_disabled"


@pytest.mark.parametrize("expires_at", [T0 // 1000 + 60, str(T0 // 1000 + 60), "2023-11-14T22:14:20+00:00"])
async def test_a_restriction_ends_by_itself_when_it_expires(
    expires_at: str | int, documents: Documents
) -> None:
    now = Now()
    store = ChannelStore(documents, ACCOUNT, clock=now)
    await store.apply(said("account_update", "ACCOUNT_RESTRICTION", restriction="X", expires_at=expires_at))
    now.ms = T0 + 59_999
    assert (await store.state(NUMBER)).paused == "account_restricted"
    now.ms = T0 + 60_000
    assert (await store.state(NUMBER)).paused == ""


async def test_an_upgrade_raises_the_pace_of_that_number_only(documents: Documents) -> None:
    upgrade = said("phone_number_quality_update", "THROUGHPUT_UPGRADE", subject=f"number:{NUMBER}")
    assert (await told(documents, upgrade)).messages_per_second == 1000.0
    assert (await ChannelStore(documents, ACCOUNT).state("other")).messages_per_second == 0.0


async def test_an_upgrade_of_nobody_in_particular_is_that_of_the_only_number(documents: Documents) -> None:
    """A Meta diz o número por extenso, e não o `phone_number_id`."""
    upgrade = said("phone_number_quality_update", "THROUGHPUT_UPGRADE", display_phone_number="551100000000")
    assert (await told(documents, upgrade)).messages_per_second == 1000.0
    assert (await ChannelStore(documents, ACCOUNT, several=True).state(NUMBER)).messages_per_second == 0.0


async def test_a_flow_is_down_while_meta_throttles_or_blocks_it(documents: Documents) -> None:
    records = [
        said("flows", "FLOW_STATUS_CHANGE", after_s, f"flow:{flow}", new_status=status)
        for after_s, flow, status in [
            (1, 9, "THROTTLED"),
            (2, 9, "PUBLISHED"),
            (1, 8, "BLOCKED"),
            (1, 7, "PUBLISHED"),
        ]
    ]
    assert (await told(documents, *reversed(records))).flows_down == {"8"}
    slow = said("flows", "ENDPOINT_LATENCY", 9, "flow:7", p90_latency=7000)
    assert (await told(documents, slow)).flows_down == {"8"}


async def test_notices_about_a_template_reach_it(documents: Documents) -> None:
    about = "template:501"
    names = {"name": "lead_followup", "language": "pt_BR"}
    store, templates = ChannelStore(documents, ACCOUNT), TemplateStore(documents)
    await store.apply(said("message_template_status_update", "APPROVED", 1, about, reason="NONE", **names))
    await store.apply(said("message_template_quality_update", "UPDATE", 2, about, new_quality_score="YELLOW"))
    found = await templates.get("501")
    assert found is not None
    assert (found.status, found.quality, found.account_id) == ("APPROVED", "YELLOW", ACCOUNT)
    assert (found.name, found.language, found.rejected_reason) == ("lead_followup", "pt_BR", "")
    await store.apply(said("message_template_status_update", "REJECTED", 3, about, reason="INVALID_FORMAT"))
    await store.apply(said("message_template_status_update", "REINSTATED", 4, about))
    found = await templates.get("501")
    assert found is not None
    assert (found.status, found.rejected_reason) == ("APPROVED", "")


@pytest.mark.parametrize("event", ["FLAGGED", "SOMETHING_NEW"])
async def test_an_event_that_names_no_status_has_it_read_from_meta(event: str, documents: Documents) -> None:
    store, templates = ChannelStore(documents, ACCOUNT), TemplateStore(documents)
    await store.apply(said("message_template_status_update", "APPROVED", 1, "template:501"))
    await store.apply(said("message_template_status_update", event, 2, "template:501"))
    found = await templates.get("501")
    assert found is not None
    assert (found.status, bool(found.stale_at)) == ("APPROVED", True)


@pytest.mark.parametrize(
    ("field", "data", "stale"),
    [
        ("message_template_components_update", {}, True),
        ("template_category_update", {"previous_category": "UTILITY", "new_category": "MARKETING"}, True),
        ("template_category_update", {"new_category": "UTILITY", "correct_category": "MARKETING"}, False),
    ],
)
async def test_a_changed_definition_has_to_be_read_again(
    field: str,
    data: dict[str, str],
    stale: bool,  # noqa: FBT001 — tabela
    documents: Documents,
) -> None:
    await ChannelStore(documents, ACCOUNT).apply(said(field, "UPDATE", 1, "template:501", **data))
    found = await TemplateStore(documents).get("501")
    assert (found is not None and bool(found.stale_at)) is stale
