"""Os pedidos que chegam na mesma volta do laço entram juntos, e cada um tem a sua própria sorte."""

import asyncio
from collections.abc import Callable, Sequence

import msgspec
import pytest

from ingress import taking
from ingress.answering import Asked
from ingress.app import create_public_app
from ingress.door import Door, Outcome
from ingress.identities import Identities, NoAliases
from ingress.opened import Proven
from ingress.outcome import Taken
from ingress.ports import Aliases, Names, Offer
from ingress.runner import EXPRESS
from ingress.taking import Taker
from pyloto_stream.errors import TransientError, UnavailableError
from pyloto_stream.observability.correlation import correlated, current_correlation_id
from pyloto_stream.whatsapp.webhook import decoded
from pyloto_stream.whatsapp.webhook_envelope import Webhook
from tests.support import webhooks as meta
from tests.support.ingress import CONFIG, NOW_MS, PEPPER, Recorder, Tally
from tests.support.turns import turns

Lines = list[dict[str, object]]


class Crowds(Recorder):
    """Um executor que anota quantos grupos vieram de cada vez, e recusa o que fala de `refused`."""

    def __init__(self, refused: str = "") -> None:
        super().__init__()
        self.sizes: list[int] = []
        self._refused = refused

    async def accept_each(self, groups: Sequence[Sequence[Offer]]) -> list[list[bool] | TransientError]:
        self.sizes.append(len(groups))
        return await super().accept_each(groups)

    async def accept(self, offers: Sequence[Offer]) -> list[bool]:
        if self._refused and any(self._refused in offer.dedupe_key for offer in offers):
            raise UnavailableError(code="backlog_full")
        return await super().accept(offers)


async def told_to(
    bodies: Sequence[bytes], crowds: Recorder, tally: Tally, *, detail: bool = True
) -> list[bytes]:
    """As respostas aos pedidos, chegados todos na mesma volta."""
    config = msgspec.structs.replace(CONFIG, detail=detail)
    app = create_public_app(config, crowds, tally, clock=lambda: NOW_MS)
    answers: list[list[bytes | None]] = [[] for _ in bodies]
    asked = [Asked(Proven(body, f"c{n}"), 0.0) for n, body in enumerate(bodies)]
    tasks = {app[EXPRESS].enter(each, heard.append) for each, heard in zip(asked, answers, strict=True)}
    await asyncio.gather(*tasks)
    return [answer or b"" for (answer,) in answers]


def bodies(count: int) -> list[bytes]:
    return [meta.body(meta.text(f"wamid.{n}", f"{n}")) for n in range(count)]


async def test_who_arrives_together_shares_trips_of_at_most_a_crowd() -> None:
    crowds, tally = Crowds(), Tally()
    answers = await told_to(bodies(CONFIG.crowd + 3), crowds, tally)
    assert crowds.sizes == [CONFIG.crowd, 3]
    assert [answer[9:12] for answer in answers] == [b"200"] * (CONFIG.crowd + 3)
    assert all(f"X-Correlation-ID: c{n}\r\n".encode() in answer for n, answer in enumerate(answers))
    assert [offer.dedupe_key.rpartition(".")[2] for offer in crowds.offers] == [
        str(n) for n in range(CONFIG.crowd + 3)
    ]
    assert tally.answered == [("/webhooks/whatsapp", 200)] * (CONFIG.crowd + 3)


class Silent(Crowds):
    """Um executor que não responde."""

    async def accept_each(self, groups: Sequence[Sequence[Offer]]) -> list[list[bool] | TransientError]:
        self.sizes.append(len(groups))
        await asyncio.Event().wait()
        return []


def door_to(
    acceptance: Recorder, after: Callable[[], None] = lambda: None, aliases: Aliases | None = None
) -> Door:
    identities = Identities(PEPPER, aliases or NoAliases())
    taker = Taker(acceptance, identities, Tally(), lambda: NOW_MS, lambda _number, _n: None)
    return Door(taker, crowd=CONFIG.crowd, after=after)


async def test_i5_an_unusual_request_does_not_pass_who_came_before() -> None:
    crowds = Crowds()
    door, made = door_to(crowds), bodies(CONFIG.crowd + 3)
    proven = [Proven(body, f"c{n}") for n, body in enumerate(made)]
    tasks = {door.enter(each, lambda _outcome: None) for each in proven[:-1]}
    assert await door.pass_one(proven[-1]) == Taken({"duplicate": 0, "new": 1})
    await asyncio.gather(*tasks)
    assert [offer.dedupe_key.rpartition(".")[2] for offer in crowds.offers] == [*map(str, range(len(made)))]
    assert crowds.sizes == [CONFIG.crowd, 3]


async def test_who_gives_up_leaves_nothing_running_behind() -> None:
    silent, heard, (one, two) = Silent(), list[Outcome](), bodies(2)
    door = door_to(silent)
    waiting = asyncio.create_task(door.pass_one(Proven(one, "c")))
    await asyncio.sleep(0)
    task = door.enter(Proven(two, "c"), heard.append)
    await asyncio.sleep(0)
    assert silent.sizes == [2]
    waiting.cancel()
    await asyncio.wait([waiting, task])
    assert heard == [None]


async def test_all_of_an_interrupted_group_are_told() -> None:
    door, heard = door_to(Silent()), list[Outcome]()
    (task,) = {door.enter(Proven(body, "c"), heard.append) for body in bodies(CONFIG.crowd)}
    await turns(3)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert heard == [None] * CONFIG.crowd


async def test_who_waits_for_what_was_done_hears_of_a_defect(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_body: bytes) -> Webhook | None:
        raise ZeroDivisionError

    monkeypatch.setattr(taking, "decoded", broken)
    over = list[None]()
    with pytest.raises(ZeroDivisionError):
        await door_to(Crowds(), lambda: over.append(None)).pass_one(Proven(b"", "c"))
    assert len(over) == 1


@pytest.mark.parametrize("waited", [0, 3])
async def test_who_waits_for_what_was_done_hears_that_it_was_interrupted(waited: int) -> None:
    door, (one, two) = door_to(Silent()), (Proven(body, "c") for body in bodies(2))
    waiting = asyncio.create_task(door.pass_one(one))
    await asyncio.sleep(0)
    task = door.enter(two, lambda _outcome: None)  # no mesmo grupo
    await turns(waited)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


@pytest.mark.parametrize("waited", [0, 1, 2])
async def test_whoever_is_apart_is_told_however_soon_the_group_is_interrupted(waited: int) -> None:
    class Asking(NoAliases):
        async def resolve(self, people: Sequence[Names]) -> list[str]:
            await asyncio.Event().wait()
            return await super().resolve(people)

    door, heard = door_to(Crowds(), aliases=Asking()), list[Outcome]()
    (nobody,), (stranger,) = [b"{}"], bodies(1)  # sem pessoas não há o que perguntar, nem ida que espere
    (task,) = {door.enter(Proven(body, "c"), heard.append) for body in (nobody, stranger)}
    await turns(waited)
    asyncio.get_running_loop().call_soon(task.cancel)
    await asyncio.wait([task])
    assert len(heard) == 2
    assert heard[-1] is None
    assert door._taker._line.empty


async def test_a_group_runs_in_the_name_of_nobody() -> None:
    class Named(Crowds):
        names: list[str]

        async def accept_each(self, groups: Sequence[Sequence[Offer]]) -> list[list[bool] | TransientError]:
            self.names = [current_correlation_id()]
            return await super().accept_each(groups)

    named, (body,) = Named(), bodies(1)
    with correlated("c1"):
        await door_to(named).pass_one(Proven(body, "c1"))
    assert named.names == [""]


async def test_who_is_known_does_not_wait_until_a_stranger_is() -> None:
    class Slow(NoAliases):
        """Uma tabela que só responde sobre quem vem depois do primeiro quando se quer."""

        told, asked = asyncio.Event(), 0

        async def resolve(self, people: Sequence[Names]) -> list[str]:
            self.asked += 1
            if self.asked > 1:
                await self.told.wait()
            return await super().resolve(people)

    slow, crowds = Slow(), Crowds()
    app = create_public_app(CONFIG, crowds, Tally(), clock=lambda: NOW_MS, aliases=slow)
    heard: list[list[bytes | None]] = [[], [], []]
    texts = (meta.text("wamid.0"), meta.text("wamid.1"), meta.text("wamid.2", **{"from": "5511900000002"}))
    enter = app[EXPRESS].enter
    first, known, stranger = (Asked(Proven(meta.body(text, contacts=[]), "c"), 0.0) for text in texts)
    await enter(first, heard[0].append)
    answered = asyncio.Event()

    def hear(answer: bytes | None) -> None:
        heard[1].append(answer)
        answered.set()

    tasks = {enter(stranger, heard[2].append), enter(known, hear)}
    await answered.wait()
    assert [len(each) for each in heard] == [1, 1, 0]
    slow.told.set()
    await asyncio.gather(*tasks)
    assert [len(each) for each in heard] == [1, 1, 1]


async def test_a_refusal_is_only_of_who_was_refused(lines: Lines) -> None:
    crowds, tally = Crowds(refused="wamid.1"), Tally()
    answers = await told_to(bodies(3), crowds, tally)
    assert [answer[9:12] for answer in answers] == [b"200", b"503", b"200"]
    assert b"Retry-After: 5\r\n" in answers[1]
    (warned,) = [line for line in lines if line["event"] == "webhook not taken"]
    assert warned["correlation_id"] == "c1"
    assert crowds.sizes == [3]


@pytest.mark.parametrize(("detail", "told"), [(True, ["c0", "c1", "c2"]), (False, ["c1"])])
async def test_without_detail_only_who_was_refused_has_a_line(
    lines: Lines, told: list[str], *, detail: bool
) -> None:
    tally = Tally()
    await told_to(bodies(3), Crowds(refused="wamid.1"), tally, detail=detail)
    assert [line["correlation_id"] for line in lines if line["event"] == "request"] == told
    assert len(tally.answered) == 3


async def test_a_defect_is_only_of_who_brought_it(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    def reading(body: bytes) -> Webhook | None:
        if b"wamid.1" in body:
            raise ZeroDivisionError
        return decoded(body)

    monkeypatch.setattr(taking, "decoded", reading)
    crowds, tally = Crowds(), Tally()
    answers = await told_to(bodies(3), crowds, tally)
    assert [answer[9:12] for answer in answers] == [b"200", b"500", b"200"]
    (failed,) = [line for line in lines if line["event"] == "request handler failed"]
    assert failed["correlation_id"] == "c1"
    assert "ZeroDivisionError" in str(failed["error"])
    assert sorted(tally.answered) == [("/webhooks/whatsapp", 200)] * 2 + [("/webhooks/whatsapp", 500)]


async def test_a_metric_with_a_defect_is_of_nobody_who_asked(lines: Lines) -> None:
    class Sick(Tally):
        def requests(self, route: str, status: int, seconds: Sequence[float]) -> None:
            super().requests(route, status, seconds)
            raise ZeroDivisionError

    answers = await told_to(bodies(3), Crowds(), Sick())
    assert [answer[9:12] for answer in answers] == [b"200"] * 3
    (failed,) = [line for line in lines if line["event"] == "requests answered but not counted"]
    assert "correlation_id" not in failed, "it is of none of them"


async def test_who_cannot_be_answered_leaves_nobody_waiting(lines: Lines) -> None:
    told, heard, tally = list[bytes | None](), list[bytes | None](), Tally()

    def broken(answer: bytes | None) -> None:
        told.append(answer)
        raise ZeroDivisionError

    enter = create_public_app(CONFIG, Crowds(), tally, clock=lambda: NOW_MS)[EXPRESS].enter
    asked = [Asked(Proven(body, f"c{n}"), 0.0) for n, body in enumerate(bodies(2))]
    await asyncio.gather(*{enter(asked[0], broken), enter(asked[1], heard.append)})
    assert [answer is not None for answer in heard] == [True]
    assert [answer is not None for answer in told] == [True, False], "then the connection is given up"
    (failed,) = [line for line in lines if line["event"] == "request failed outside of every handler"]
    assert failed["correlation_id"] == "c0"
    assert sorted(status for _, status in tally.answered) == [200, 500]


async def test_while_the_table_is_away_each_refusal_has_the_id_of_its_request(lines: Lines) -> None:
    class Away(NoAliases):
        async def resolve(self, people: Sequence[Names]) -> list[str]:  # noqa: ARG002 — a porta pede o nome
            raise UnavailableError(code="redis_unavailable")

    heard = list[bytes | None]()
    app = create_public_app(CONFIG, Crowds(), Tally(), clock=lambda: NOW_MS, aliases=Away())
    asked = [Asked(Proven(body, f"c{n}"), 0.0) for n, body in enumerate(bodies(3))]
    await asyncio.gather(*{app[EXPRESS].enter(each, heard.append) for each in asked})
    assert [answer[9:12] for answer in heard if answer] == [b"503"] * 3
    refused = [line["correlation_id"] for line in lines if line["event"] == "webhook not taken"]
    assert sorted(map(str, refused)) == ["c0", "c1", "c2"]


async def test_a_task_that_was_cancelled_takes_nobody_else() -> None:
    heard = list[bytes | None]()
    enter = create_public_app(CONFIG, Crowds(), Tally(), clock=lambda: NOW_MS)[EXPRESS].enter
    first, second = (Asked(Proven(body, "c"), 0.0) for body in bodies(2))
    task = enter(first, lambda _answer: None)
    task.cancel()
    await asyncio.wait([task])
    await enter(second, heard.append)
    assert [answer[9:12] for answer in heard if answer] == [b"200"]


async def test_who_is_interrupted_hears_it_and_the_measure_says_so() -> None:
    class Held(Crowds):
        async def accept_each(self, groups: Sequence[Sequence[Offer]]) -> list[list[bool] | TransientError]:
            await asyncio.Event().wait()
            return await super().accept_each(groups)

    tally, heard = Tally(), list[bytes | None]()
    app = create_public_app(CONFIG, Held(), tally, clock=lambda: NOW_MS)
    task = app[EXPRESS].enter(Asked(Proven(bodies(1)[0], "c0"), 0.0), heard.append)
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    assert heard == [None]
    assert tally.answered == [("/webhooks/whatsapp", 499)]
