"""Aos pedaços, e depois de pedidos incomuns, o caminho curto e o normal são o mesmo, visto de fora."""

import random
from collections.abc import Sequence

import pytest

from ingress.answering import Asked
from ingress.pieces import MAX_HEAD
from pyloto_stream.whatsapp.signature import sign
from tests.ingress.cutting import ROUTE, Seen, Step, cut, played
from tests.ingress.test_express import CASES
from tests.support.ingress import SECRET, VERIFY_TOKEN
from tests.support.raw_webhooks import BODY, SLOW, post

Lines = list[dict[str, object]]
KNOWN = "X-Correlation-ID: c1"
PLAIN = post(BODY, KNOWN)
HEAD = PLAIN.index(b"\r\n\r\n") + 4
PLACES = [
    (10,), (60,), (HEAD - 3,), (HEAD - 2,), (HEAD - 1,), (HEAD,), (HEAD + 200,), (len(PLAIN) - 1,),
    (60, HEAD - 2, HEAD, HEAD + 1, len(PLAIN) - 1), tuple(range(1, len(PLAIN))),
]  # fmt: skip
GET = f"GET {ROUTE}?hub.mode=subscribe&hub.verify_token={VERIFY_TOKEN}&hub.challenge=1 HTTP/1.1\r\n"
GET += f"Host: a\r\n{KNOWN}\r\n\r\n"
CHUNKED = f"POST {ROUTE} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n{KNOWN}\r\n"
CHUNKED += (
    f"Transfer-Encoding: chunked\r\nX-Hub-Signature-256: {sign(SECRET, b'{}')}\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n"
)
ODD = {
    "wrong signature": post(BODY, KNOWN, secret=b"wrong"),
    "wrong kind": post(BODY, KNOWN, kind="text/plain"),
    "unknown header": post(BODY, KNOWN, SLOW),
    "long head": post(BODY, KNOWN, "X-Padding: " + "a" * MAX_HEAD),
    "no body": post(b"", KNOWN),
    "challenge": GET.encode(),
    "health": f"GET /health HTTP/1.1\r\nHost: a\r\n{KNOWN}\r\n\r\n".encode(),
    "nowhere": f"POST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n{KNOWN}\r\n\r\n{{}}".encode(),
    "chunked": CHUNKED.encode(),
}


def told(lines: Lines) -> Lines:
    """O que se registrou de cada pedido, menos o tempo."""
    kept = [line for line in lines if line["event"] != "webhooks accepted"]
    lines.clear()
    return [{name: line[name] for name in line.keys() - {"ts", "duration_ms", "error"}} for line in kept]


async def on_both(steps: Sequence[Step], lines: Lines) -> Seen:
    """O mesmo nos dois caminhos: é isso que se vê."""
    fast = await played(steps, short=True), told(lines)
    normal = await played(steps, short=False), told(lines)
    assert fast == normal
    return fast[0]


async def test_cut_in_two_anywhere_a_usual_request_takes_the_short_path(
    taken: list[Asked], lines: Lines
) -> None:
    seen = await on_both([(cut(PLAIN, place), 1) for place in range(1, len(PLAIN))], lines)
    assert {answer[9:12] for answer in seen.answers} == {b"200"}
    assert len(taken) == len(seen.requests) == len(PLAIN) - 1


@pytest.mark.parametrize("places", PLACES, ids=lambda places: str(places[:6]))
@pytest.mark.parametrize("odd", ODD)
async def test_what_is_unusual_is_answered_the_same_however_it_is_cut(
    odd: str, places: tuple[int, ...], taken: list[Asked], lines: Lines
) -> None:
    request = ODD[odd]
    steps = [([PLAIN], 1), (cut(request, *(at for at in places if at < len(request))), 1), ([PLAIN], 1)]
    seen = await on_both(steps, lines)
    assert len(seen.requests) == 3
    assert taken


@pytest.mark.parametrize("case", ["not taken", "defect", "too many", "as a proxy sends it"])
async def test_what_the_runtime_or_the_limit_says_is_answered_the_same(
    case: str, taken: list[Asked], lines: Lines
) -> None:
    asked, config, error, usual, statuses = CASES[case]
    requests = [post(body, *given, KNOWN) for body, given in asked]
    steps = [(cut(request, 40, len(request) - 300, len(request) - 1), 1) for request in requests]
    fast = await played(steps, short=True, config=config, error=error), told(lines)
    assert fast == (await played(steps, short=False, config=config, error=error), told(lines))
    assert [int(answer[9:12]) for answer in fast[0].answers] == statuses
    assert len(taken) == usual


@pytest.mark.parametrize("broken", [b"POST /webhooks/whatsapp HTTP/1.1\r\nBad Header: 1\r\n\r\n", b"\0"])
async def test_what_is_no_request_is_refused_the_same_after_a_usual_one(broken: bytes, lines: Lines) -> None:
    seen = await on_both([([PLAIN], 1), ([broken], 1)], lines)
    assert seen.answers[1].startswith(b"HTTP/1.0 400")


@pytest.mark.parametrize(("size", "short"), [(200_000, 2), (3_000_000, 0)])
async def test_a_large_body_in_many_reads_is_answered_the_same_and_the_largest_are_not_held(
    size: int, short: int, taken: list[Asked], lines: Lines
) -> None:
    large = post(BODY + b" " * size, KNOWN)
    seen = await on_both([([large], 1), (cut(large, *range(50_000, len(large), 50_000)), 1)], lines)
    assert [answer[9:12] for answer in seen.answers] == [b"200"] * 2
    assert len(taken) == short


async def test_more_than_one_request_at_once_is_answered_in_order(taken: list[Asked], lines: Lines) -> None:
    both = PLAIN + post(BODY, "X-Correlation-ID: c12")
    for at in (HEAD, len(PLAIN) - 1, len(PLAIN) + 1, len(both) - 1):
        seen = await on_both([(cut(both, at), 2), ([PLAIN], 1)], lines)
        assert [b"c12\r" in answer for answer in seen.answers] == [False, True, False]
    assert len(taken) <= 4


@pytest.mark.parametrize("odd", ["wrong signature", "wrong kind", "challenge", "health", "nowhere"])
@pytest.mark.parametrize("before_body", [0, 4])
async def test_after_an_unusual_request_the_connection_comes_back(
    odd: str, before_body: int, taken: list[Asked], lines: Lines
) -> None:
    request = ODD[odd]
    pieces = cut(request, request.index(b"\r\n\r\n") + before_body if before_body else 0)
    await on_both([(pieces, 1), ([PLAIN], 1)] * 3, lines)
    assert len(taken) == 3


@pytest.mark.parametrize("odd", ["unknown header", "long head", "chunked"])
async def test_after_a_request_whose_end_is_not_certain_it_does_not(
    odd: str, taken: list[Asked], lines: Lines
) -> None:
    await on_both([([PLAIN], 1), ([ODD[odd]], 1), ([PLAIN], 1)], lines)
    assert len(taken) == 1


@pytest.mark.parametrize("seed", range(12))
async def test_any_mixture_cut_anywhere_is_the_same(seed: int, taken: list[Asked], lines: Lines) -> None:
    dice = random.Random(seed)
    steps = list[Step]()
    for _ in range(12):
        some = [dice.choice([PLAIN, PLAIN, *ODD.values()]) for _ in range(dice.choice((1, 1, 1, 2, 3)))]
        data = b"".join(some)
        places = dice.sample(range(1, len(data)), dice.choice((0, 0, 1, 2, 20)))
        steps.append((cut(data, *places), len(some)))
    await on_both(steps, lines)
