"""Os modelos guardados prometem: nada volta no tempo, em qualquer ordem, nos dois bancos."""

import itertools

import msgspec
import pytest

from pyloto_stream.errors import PermanentError
from pyloto_stream.stores.ports import ConflictError, Documents, Write
from pyloto_stream.stores.templates import DELETED, Notice, TemplateStore
from pyloto_stream.stores.times import milliseconds
from pyloto_stream.template import Part, PartButton, Template
from tests.support.documents import Watched

ACCOUNT = "200000000000001"
EARLY, THEN, LATE = (f"2026-11-28T10:00:0{second}.000Z" for second in (1, 2, 3))
EARLY_MS, THEN_MS, LATE_MS = (milliseconds(each) for each in (EARLY, THEN, LATE))


def listed(template_id: str = "501", *, language: str = "pt_BR", status: str = "APPROVED") -> Template:
    return Template(
        template_id,
        account_id=ACCOUNT,
        name="lead_followup",
        language=language,
        category="UTILITY",
        status=status,
        quality="GREEN",
        components=(
            Part("HEADER", format="IMAGE"),
            Part("BODY", text="Olá {{1}}"),
            Part("BUTTONS", buttons=(PartButton("URL", "Abrir", "https://example.com/{{1}}"),)),
        ),
        parameters=("body.1", "buttons.0.1"),
    )


async def test_what_was_listed_comes_back_whole(documents: Documents) -> None:
    store = TemplateStore(documents)
    await store.put([listed(), listed("502", language="en_US")], THEN_MS)
    found = await store.get("501")
    assert found == msgspec.structs.replace(listed(), status_at=THEN, quality_at=THEN, synced_at=THEN)
    assert found is not None
    assert found.current
    assert [each.language for each in await store.named("lead_followup")] == ["pt_BR", "en_US"]
    assert [each.language for each in await store.all()] == ["en_US", "pt_BR"]
    assert await store.get("999") is None
    assert await store.named("other") == []


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
async def test_the_newest_word_wins_in_every_order_of_arrival(
    order: tuple[int, ...], documents: Documents
) -> None:
    store = TemplateStore(documents)
    steps = [
        lambda: store.notice(Notice("501", EARLY, status="PAUSED", rejected_reason="QUALITY")),
        lambda: store.put([listed()], THEN_MS),
        lambda: store.notice(Notice("501", LATE, status="DISABLED", quality="RED")),
    ]
    for step in order:
        await steps[step]()
        await steps[step]()
    found = await store.get("501")
    assert found is not None
    assert (found.status, found.status_at, found.quality, found.name) == (
        "DISABLED", LATE, "RED", "lead_followup",
    )  # fmt: skip
    assert found.components == listed().components


async def test_a_notice_of_the_same_second_beats_the_listing(documents: Documents) -> None:
    """Avisos só dizem o segundo: o que aconteceu logo depois da leitura parece anterior a ela."""
    store = TemplateStore(documents)
    await store.put([listed()], THEN_MS + 900)
    await store.notice(Notice("501", THEN, status="PAUSED"))
    found = await store.get("501")
    assert found is not None
    assert found.status == "PAUSED"


async def test_a_notice_about_a_template_never_listed_is_kept_until_it_is(documents: Documents) -> None:
    store = TemplateStore(documents)
    await store.notice(Notice("501", THEN, ACCOUNT, "lead_followup", "pt_BR", status="APPROVED"))
    (found,) = await store.named("lead_followup")
    assert (found.status, found.language, found.components, found.current) == ("APPROVED", "pt_BR", (), False)


async def test_a_changed_definition_is_not_current_until_it_is_read_again(documents: Documents) -> None:
    store = TemplateStore(documents)
    await store.put([listed()], EARLY_MS)
    await store.notice(Notice("501", THEN, stale=True))
    changed = await store.get("501")
    assert changed is not None
    assert (changed.current, changed.status) == (False, "APPROVED")
    await store.put([listed()], LATE_MS)
    again = await store.get("501")
    assert again is not None
    assert again.current


async def test_what_is_no_longer_listed_is_marked_deleted_and_no_other(documents: Documents) -> None:
    store = TemplateStore(documents)
    foreign = msgspec.structs.replace(listed("503"), account_id="other")
    await store.put([listed("501"), listed("502"), foreign], EARLY_MS)
    await store.notice(Notice("504", LATE, ACCOUNT, "newer", "pt_BR", status="PENDING"))
    assert await store.vanish(ACCOUNT, frozenset({"501"}), THEN_MS) == 1
    assert await store.vanish(ACCOUNT, frozenset({"501"}), LATE_MS) == 1, "504, once it is old enough"
    assert {each.id: each.status for each in await store.all()} == {
        "501": "APPROVED", "502": DELETED, "503": "APPROVED", "504": DELETED,
    }  # fmt: skip
    await store.put([listed("502")], LATE_MS + 1000)
    back = await store.get("502")
    assert back is not None
    assert back.status == "APPROVED", "a name given again is a template again"


async def test_a_repeated_notice_writes_nothing(documents: Documents) -> None:
    watched = Watched(documents)
    store = TemplateStore(watched)
    for _ in range(3):
        await store.notice(Notice("501", THEN, status="PAUSED"))
    assert len(watched.writes) == 1


async def test_a_document_that_is_no_template_is_told(documents: Documents) -> None:
    await documents.set("templates/501", {"id": 7})
    with pytest.raises(PermanentError) as caught:
        await TemplateStore(documents).get("501")
    assert caught.value.code == "undecodable_document"


class Moving(Watched):
    """Outro escritor chega sempre antes: toda gravação conflita."""

    async def write(self, *writes: Write) -> list[str]:
        raise ConflictError("moved by the test", code=f"store_conflict_{len(writes)}")


async def test_a_race_without_end_is_told_and_may_be_repeated(documents: Documents) -> None:
    with pytest.raises(ConflictError):
        await TemplateStore(Moving(documents)).notice(Notice("501", THEN, status="PAUSED"))
