"""A cifra dos formulários por um cliente independente (`pywa`): ele sela, nós abrimos, e ao contrário."""

import json
import os
from base64 import b64encode

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from pywa.utils import (
    _flow_request_media_decryptor,
    default_flow_request_decryptor,
    default_flow_response_encryptor,
    webhook_updates_validator,
)

from ingress.flows import FlowReply
from pyloto_stream.whatsapp.flows.media import open_media
from pyloto_stream.whatsapp.signature import sign
from tests.support.flows import NOW_MS, SECRET, Device, endpoint, private_pem, public_of, token_of
from tests.whatsapp.flows.test_media import locked, pieces

PARTS = ("encrypted_flow_data", "encrypted_aes_key", "initial_vector")


class Pywa:
    """Um aparelho com as funções do `pywa`: selar um pedido é selar uma resposta com o IV ao contrário."""

    def __init__(self, pem: bytes) -> None:
        self.pem = pem.decode()
        self.key, self.iv = os.urandom(16), os.urandom(16)
        padding = OAEP(MGF1(hashes.SHA256()), hashes.SHA256(), None)
        self.wrapped = b64encode(public_of(pem).encrypt(self.key, padding)).decode()

    @property
    def flipped(self) -> bytes:
        return bytes(byte ^ 0xFF for byte in self.iv)

    def body(self, **request: object) -> bytes:
        sealed = default_flow_response_encryptor(request, self.key, self.flipped)
        parts = (sealed, self.wrapped, b64encode(self.iv).decode())
        return json.dumps(dict(zip(PARTS, parts, strict=True))).encode()

    def opened(self, reply: FlowReply) -> dict[str, object]:
        iv = b64encode(self.flipped).decode()
        answer, key, _ = default_flow_request_decryptor(reply.text, self.wrapped, iv, self.pem)
        assert key == self.key
        return dict(answer)


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        ({"version": "3.0", "action": "ping"}, {"data": {"status": "active"}}),
        ({"version": "4.0", "action": "INIT", "flow_token": token_of()}, {"screen": "ENTRY", "data": {}}),
        (
            {"action": "data_exchange", "screen": "ENTRY", "flow_token": token_of(), "data": {"name": "Zoé"}},
            {"screen": "LIST", "data": {"name": "Zoé"}},
        ),
    ],
)
def test_what_pywa_seals_is_answered_and_pywa_reads_the_answer(
    request_: dict[str, object], answer: dict[str, object]
) -> None:
    peer, door = Pywa(private_pem()), endpoint()
    body = peer.body(**request_)
    assert webhook_updates_validator(SECRET.decode(), body, sign(SECRET, body))
    reply = door.reply(body, sign(SECRET, body), NOW_MS)
    assert reply.status == 200
    assert peer.opened(reply) == answer


def test_pywa_opens_the_requests_of_our_own_device() -> None:
    """O aparelho dos nossos testes não é só o espelho do nosso código."""
    device = Device()
    data, wrapped, vector = (json.loads(device.body(action="INIT", flow_token="t"))[part] for part in PARTS)
    request, key, iv = default_flow_request_decryptor(data, wrapped, vector, private_pem().decode())
    assert (request, key, iv) == ({"action": "INIT", "flow_token": "t"}, device.key, device.iv)


async def test_pywa_and_we_open_the_same_file_of_the_photo_picker() -> None:
    file, metadata = locked(b"foto" * 5000)
    fields = {name: getattr(metadata, name) for name in metadata.__struct_fields__}
    with await open_media(pieces(file, 1000), metadata) as opened:
        assert opened.read() == _flow_request_media_decryptor(file, fields) == b"foto" * 5000
