"""Vinte mil pedidos estragados: nunca uma exceção, sempre um código que a Meta conhece."""

import json
import random
from base64 import b64encode
from functools import cache

import pytest

from pyloto_stream.conversation.forms import FORMS
from pyloto_stream.whatsapp.flows.crypto import FlowCrypto
from pyloto_stream.whatsapp.signature import sign
from tests.support.flows import NOW_MS, SECRET, Device, endpoint, token_of

REQUESTS = 20_000
WORDS: list[object] = [
    None, "", 0, -1, 2**70, 1.5, True, [], {}, [[]], {"a": {}}, "é\u0000", "x" * 5000, "SUCCESS", "ENTRY",
    "LIST", "FORM", "INIT", "BACK", "data_exchange", "ping", "unused", "Moto", "Manhã, Noite", ["Manhã"],
    "20 por dia",
]  # fmt: skip
FIELDS = [name for form in FORMS.values() for screen in form.screens for name in screen.fields]


def plain(chance: random.Random) -> bytes:
    """Um pedido por cifrar: quase certo, com valores quaisquer, às vezes cortado ou com um byte trocado."""
    request: dict[str, object] = {
        "version": "4.0",
        "action": chance.choice(["INIT", "BACK", "data_exchange", "ping"]),
        "screen": chance.choice(["ENTRY", "LIST", "FORM", None]),
        "flow_token": token_of(chance.choice(list(FORMS))),
        "data": {name: chance.choice(WORDS) for name in chance.sample(FIELDS, 8)},
    }
    for name in chance.sample(sorted(request), chance.randint(0, 2)):
        request[name] = chance.choice(WORDS)
    raw = bytearray(json.dumps(request).encode())
    if chance.random() < 0.2:
        raw[chance.randrange(len(raw))] = chance.randrange(256)
    return bytes(raw[: chance.randrange(len(raw))] if chance.random() < 0.05 else raw)


def around(chance: random.Random, body: bytes) -> bytes:
    """O envelope estragado: um byte, uma parte, um corte."""
    match chance.randrange(12):
        case 0:
            raw = bytearray(body)
            raw[chance.randrange(len(raw))] = chance.randrange(256)
            return bytes(raw)
        case 1:
            return body[: chance.randrange(len(body))]
        case 2:
            parts = json.loads(body)
            noise = b64encode(chance.randbytes(chance.randrange(300))).decode()
            parts[chance.choice(sorted(parts))] = chance.choice([noise, *WORDS])
            return json.dumps(parts).encode()
    return body


def test_i18_mutated_requests_never_raise_and_get_a_status_meta_knows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # a mesma chave embrulhada se abre uma vez só: metade do tempo do teste seria RSA
    monkeypatch.setattr(FlowCrypto, "_unwrapped", cache(FlowCrypto._unwrapped))
    chance, door, device = random.Random(20), endpoint(), Device()
    seen: dict[int, int] = {}
    for _ in range(REQUESTS):
        body = around(chance, device.sealed(plain(chance)))
        signature = sign(SECRET if chance.random() < 0.98 else b"other", body)
        reply = door.reply(body, signature, NOW_MS)
        seen[reply.status] = seen.get(reply.status, 0) + 1
        assert bool(reply.text) == (reply.status == 200)
    assert set(seen) == {200, 421, 427, 432}, seen
    assert min(seen.values()) > 100, seen
