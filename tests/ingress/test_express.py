"""O caminho curto e o normal são o mesmo, visto de fora: respostas, ofertas, medidas e linhas de log."""

import random
import time
from collections.abc import Sequence

import msgspec
import pytest

from ingress.answering import Asked
from ingress.app import create_public_app
from ingress.config import IngressConfig
from ingress.express import MAX_HELD, Express
from ingress.pieces import Whole
from ingress.ports import Offer
from ingress.runner import EXPRESS
from ingress.webhook import WhatsAppWebhook
from pyloto_stream.errors import UnavailableError
from pyloto_stream.whatsapp.signature import sign
from tests.support.ingress import CONFIG, NOW_MS, SECRET, Recorder, Tally, served
from tests.support.raw_webhooks import BODY, SLOW, answer_of, connected, post

Lines = list[dict[str, object]]
_SIGNED = f"X-Hub-Signature-256: {sign(SECRET, BODY)}".encode()
ELSEWHERE = post(BODY).replace(
    _SIGNED, _SIGNED.replace(b"X-Hub-Signature-256", b"X-Request-ID") + b"\r\nX-Hub-Signature-256: sha256=", 1
)
"""A prova certa, no cabeçalho errado."""
LIMITED = msgspec.structs.replace(CONFIG, rate_limit_per_minute=1)


def read(short: Express, data: bytes) -> Asked | None:
    """O que o caminho curto faz de `data`, chegado de uma vez."""
    seen = short.pieces().add(data)
    return short.admit(seen, "a") if isinstance(seen, Whole) else None


async def told_to(
    requests: Sequence[bytes], config: IngressConfig, error: Exception | None
) -> tuple[list[bytes], list[Offer], Tally]:
    """Pede `requests`, um por vez, numa só conexão: as respostas, o que se ofereceu e o que se mediu."""
    recorder, tally = Recorder(), Tally()
    recorder.error = error
    async with (
        served(create_public_app(config, recorder, tally, clock=lambda: NOW_MS)) as url,
        connected(url) as (reader, writer),
    ):
        answers = []
        for request in requests:
            writer.write(request)
            answers.append(await answer_of(reader))
    return answers, recorder.offers, tally


Given = list[tuple[bytes, tuple[str, ...]]]
"""Corpos, e os cabeçalhos a mais de cada pedido."""
CASES: dict[str, tuple[Given, IngressConfig, Exception | None, int, list[int]]] = {
    "new, then repeated": ([(BODY, ()), (BODY, ())], CONFIG, None, 2, [200, 200]),
    "unreadable": ([(b"{", ())], CONFIG, None, 1, [200]),
    "not taken": ([(BODY, ())], CONFIG, UnavailableError(code="backlog_full"), 1, [503]),
    "defect": ([(BODY, ())], CONFIG, ValueError("secret"), 1, [500]),
    "too many": ([(BODY, ()), (BODY, ())], LIMITED, None, 1, [200, 429]),
    "phone as correlation id": ([(BODY, ("x-correlation-id: 554199990000",))], CONFIG, None, 1, [200]),
    "as a proxy sends it": ([(BODY, ("X-Forwarded-For: 1.2.3.4", "Via: 1.1 x"))], CONFIG, None, 1, [200]),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
async def test_both_paths_answer_offer_measure_and_log_the_same(
    case: str, taken: list[Asked], lines: Lines
) -> None:
    asked, config, error, usual, statuses = CASES[case]
    known = () if "correlation" in case else ("X-Correlation-ID: c1",)
    seen = []
    for extra in ((), (SLOW,)):
        requests = [post(body, *given, *known, *extra) for body, given in asked]
        answers, offers, tally = await told_to(requests, config, error)
        varying = {"ts", "duration_ms", "worst_ms", "error"} | (set() if known else {"correlation_id"})
        # o resumo do segundo pode ser ainda o de um teste anterior; tem um seu (`test_summary.py`)
        own = [line for line in lines if line["event"] != "webhooks accepted"]
        told = [{name: line[name] for name in line.keys() - varying} for line in own]
        seen.append((answers, offers if known else len(offers), tally.answered, tally.updates, told))
        lines.clear()
    assert seen[0] == seen[1]
    assert [int(answer[9:12]) for answer in seen[0][0]] == statuses
    assert len(taken) == usual


@pytest.mark.parametrize(
    "request_bytes",
    [
        post(BODY).replace(b"Host: a\r\n", b"", 1),
        post(BODY, f"X-Request-ID: {sign(SECRET, BODY)}", secret=b"wrong"),
        ELSEWHERE,
        post(BODY, "Transfer-Encoding: chunked "),
        post(BODY + b" " * (MAX_HELD + 1 - len(BODY))),
        post(secret=b"wrong"),
        post(kind="text/plain"),
        post(kind="application/json; charset=utf-8"),
        post(BODY, "Connection: close"),
        post(BODY, "Content-Encoding: gzip"),
        post(BODY, f"Content-Length: {len(BODY)}"),
        post(BODY, "Expect: 100-continue"),
        post(BODY, "Transfer-Encoding: chunked"),
        post(BODY, "X-Padding: " + "a" * 5000),
        post(BODY, "Via: \t"),
        post(BODY) + b"P",
        post(BODY)[:-1],
        post(b""),
        post(BODY).replace(b"POST", b"post", 1),
        post(BODY).replace(b"HTTP/1.1", b"HTTP/1.0", 1),
        post(BODY).replace(b"whatsapp HTTP", b"whatsapp?a=b HTTP", 1),
        post(BODY).replace(b"Content-Length: ", b"Content-Length: +", 1),
        post(BODY).replace(b"\r\nHost", b"\nHost", 1),
        post(BODY).replace(b"Accept: ", b"Accept : ", 1),
        post(BODY).replace(b"\r\nHost", b"\r\n" + b"a" * 3000 + b"\r\nHost", 1),
        post(BODY).replace(b"\r\nHost", b"\r\n" + b"a: a" * 900 + b"\t\r\nHost", 1),
        b"",
    ],
)
def test_what_is_not_usual_is_left_to_the_normal_path_and_spends_nothing(request_bytes: bytes) -> None:
    app = create_public_app(LIMITED, Recorder(), Tally())
    assert read(app[EXPRESS], request_bytes) is None
    assert read(app[EXPRESS], post(BODY + b" " * (MAX_HELD - len(BODY)))) is not None


def test_a_hostile_head_costs_no_more_than_its_length() -> None:
    """Ainda sem assinatura nem limite: o tempo não pode crescer com o quadrado."""
    app, started = create_public_app(LIMITED, Recorder(), Tally()), time.process_time()
    for number in range(200):
        for hostile in (b"a: a" * (900 + number % 7) + b"\t", b"Via: " + b"a" * (3000 + number % 7) + b" "):
            mutant = post().replace(b"\r\nHost", b"\r\n" + hostile + b"\r\nHost", 1)
            assert read(app[EXPRESS], mutant) is None
    assert time.process_time() - started < 5, "milliseconds; the square took half a minute"


def test_who_is_over_the_limit_costs_no_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    short, proved = create_public_app(LIMITED, Recorder(), Tally())[EXPRESS], list[bytes]()
    assert read(short, post()) is not None
    monkeypatch.setattr(WhatsAppWebhook, "unproven", lambda _self, body, _signature: proved.append(body))
    assert read(short, post(secret=b"forged")) is None
    assert not proved


async def test_whatever_the_short_path_takes_the_normal_one_would_have_taken(taken: list[Asked]) -> None:
    dice, short = random.Random(7), create_public_app(CONFIG, Recorder(), Tally())[EXPRESS]
    plain = post(BODY, "User-Agent: x", "X-Request-ID: 1")
    head = plain.index(b"\r\n\r\n") + 4
    mutants = set[bytes]()
    while len(mutants) < 40:
        at, kind = dice.randrange(head), dice.randrange(3)
        cut = dice.choice((b"", bytes([dice.randrange(256)]), b" ", b":", b"\r\n", b"a"))
        mutant = plain[:at] + cut + plain[at + (kind != 0) :]
        if mutant != plain and read(short, mutant) is not None:
            mutants.add(mutant)
    for mutant in sorted(mutants):
        fast, normal = [
            (await told_to([mutant.replace(b"Host:", extra + b"Host:", 1)], CONFIG, None))[:1]
            for extra in (b"", SLOW.encode() + b"\r\n")
        ]
        assert fast == normal, mutant
    assert len(taken) == len(mutants)
