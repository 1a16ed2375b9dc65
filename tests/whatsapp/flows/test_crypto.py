"""Abrir e selar pedidos de Flows: vetores, rotação, e uma só falha para tudo o que não se abre."""

import json
import os
from base64 import b64decode, b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from pyloto_stream.errors import MisconfiguredError
from pyloto_stream.whatsapp.flows.crypto import MAX_REQUEST, FlowCrypto, FlowDecryptError, ReplyKey
from pyloto_stream.whatsapp.flows.keys import fingerprint, load_keys
from tests.support.flows import Device, private_pem


def test_a_request_is_opened_and_its_answer_reads_with_the_flipped_vector() -> None:
    device, crypto = Device(), FlowCrypto(private_pem())
    request, key = crypto.open(device.body(version="4.0", action="INIT", flow_token="t", screen=None))
    assert (request.action, request.version, request.flow_token, request.screen) == ("INIT", "4.0", "t", None)
    assert key == (device.key, device.iv)
    assert device.opened(crypto.seal({"screen": "ENTRY", "data": {"é": 1}}, key)) == {
        "screen": "ENTRY",
        "data": {"é": 1},
    }


VECTOR = "d1d5f77375ba2380f8b2f00c16cd55a62e26"


def test_a_known_vector_of_the_sixteen_byte_iv() -> None:
    """AES-128-GCM, chave 00…0f, IV ff…f0 (invertido: 00…0f), calculado com um GHASH escrito à mão."""
    key = ReplyKey(bytes(range(16)), bytes(255 - n for n in range(16)))
    sealed = b64decode(FlowCrypto(private_pem()).seal({}, key))
    assert sealed.hex() == VECTOR


def test_two_keys_serve_during_a_rotation_and_a_third_does_not() -> None:
    crypto = FlowCrypto(private_pem("new") + b"\n" + private_pem("old"))
    for name in ("new", "old"):
        assert crypto.open(Device(private_pem(name)).body(action="ping"))[0].action == "ping"
    with pytest.raises(FlowDecryptError):
        crypto.open(Device(private_pem("stranger")).body(action="ping"))


def test_an_encrypted_key_opens_with_its_passphrase_also_beside_a_plain_one() -> None:
    keys = load_keys(private_pem("locked") + private_pem("new"), b"locked")
    assert len({fingerprint(key) for key in keys}) == 2
    for wrong in (b"", b"other"):
        with pytest.raises(MisconfiguredError, match=r"^FLOW_PRIVATE_KEY_PASSPHRASE: does not open"):
            FlowCrypto(private_pem("locked"), wrong)


def test_only_an_rsa_key_of_2048_bits_is_accepted() -> None:
    weak = rsa.generate_private_key(65537, 1024)  # noqa: S505 — é o que se recusa
    keys: list[rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey] = [
        weak,
        ec.generate_private_key(ec.SECP256R1()),
    ]
    for key in keys:
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        with pytest.raises(MisconfiguredError, match=r"must be an RSA key of 2048 bits in PEM form$"):
            FlowCrypto(pem)
    with pytest.raises(MisconfiguredError, match="holds no private key"):
        FlowCrypto(b"nothing")
    broken = b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"
    with pytest.raises(MisconfiguredError, match="must be an RSA key"):
        FlowCrypto(broken)


def test_a_key_cut_off_or_of_an_unknown_curve_is_refused_and_never_skipped() -> None:
    whole = ec.generate_private_key(ec.SECP256R1())
    der = whole.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    unknown = b64encode(der.replace(bytes.fromhex("2a8648ce3d030107"), bytes.fromhex("2a8648ce3d030102")))
    odd = b"-----BEGIN PRIVATE KEY-----\n" + unknown + b"\n-----END PRIVATE KEY-----\n"
    for pems in (private_pem("new") + private_pem("old")[:900], odd, private_pem("new") + odd):
        with pytest.raises(MisconfiguredError, match=r"^FLOW_PRIVATE_KEY: must be an RSA key of 2048 bits"):
            load_keys(pems)


def flip(raw: bytes, at: int) -> bytes:
    """`raw` com um bit trocado em `at`."""
    return raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]


def with_iv(iv: bytes) -> bytes:
    """Um pedido bem cifrado com esse IV, de qualquer tamanho."""
    device = Device()
    device.iv = iv
    return device.body(action="ping")


def bad_bodies() -> dict[str, bytes]:
    device = Device()
    good = json.loads(device.body(action="ping"))
    data, key, iv = (b64decode(good[name]) for name in good)
    return {
        "tag": Device.envelope(flip(data, len(data) - 1), key, iv),
        "ciphertext": Device.envelope(flip(data, 0), key, iv),
        "iv": Device.envelope(data, key, flip(iv, 3)),
        "cut iv": Device.envelope(data, key, iv[:12]),
        "short iv": with_iv(os.urandom(12)),
        "long iv": with_iv(os.urandom(17)),
        "key": Device.envelope(data, flip(key, 9), iv),
        "short key": Device.envelope(data, key[:-1], iv),
        "no data": Device.envelope(b"", key, iv),
        "only a tag": Device.envelope(data[-15:], key, iv),
        "not base64": json.dumps({**good, "initial_vector": "é*"}).encode(),
        "missing part": json.dumps({"initial_vector": good["initial_vector"]}).encode(),
        "not json": b"{",
        "empty": b"",
        "array": b"[]",
        "deep": b"[" * 100_000,
        "inside not json": device.sealed(b"{"),
        "inside not an object": device.sealed(b"[]"),
        "inside without action": device.sealed(b"{}"),
        "inside bad utf-8": device.sealed(b'{"action":"\xff"}'),
        "inside deep": device.sealed(b'{"action":"ping","data":{"a":' + b"[" * 100_000),
        "too large": b" " * (MAX_REQUEST + 1),
    }


BAD = bad_bodies()


@pytest.mark.parametrize("what", BAD)
def test_whatever_does_not_open_fails_the_same_way_without_detail(what: str) -> None:
    with pytest.raises(FlowDecryptError) as failure:
        FlowCrypto(private_pem()).open(BAD[what])
    assert (failure.value.code, str(failure.value)) == ("flow_decrypt", "flow_decrypt")
    assert failure.value.__cause__ is None


def test_a_key_of_another_size_is_not_used() -> None:
    with pytest.raises(FlowDecryptError):
        FlowCrypto(private_pem()).open(Device(key=os.urandom(32)).body(action="ping"))


def test_keys_are_not_shown() -> None:
    assert repr(ReplyKey(b"k" * 16, b"i" * 16)) == "ReplyKey(...)"
