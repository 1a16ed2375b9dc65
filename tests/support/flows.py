"""O aparelho de quem preenche um formulário: cifra pedidos e abre respostas, com código próprio."""

import json
import os
from base64 import b64decode, b64encode
from functools import cache

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from ingress.flows import FlowEndpoint
from pyloto_stream.conversation.forms_exchange import FlowDataHandler
from pyloto_stream.whatsapp.flows.crypto import FlowCrypto
from pyloto_stream.whatsapp.flows.keys import new_key
from pyloto_stream.whatsapp.flows.tokens import FlowTokens
from pyloto_stream.whatsapp.signature import sign

SECRET = b"app-secret-of-the-flow"
PEPPER = b"a pepper that only tests know"
NOW_MS = 1_760_000_000_000
OWNER = "ana-key"


@cache
def private_pem(name: str = "new") -> bytes:
    """Uma chave por nome, feita uma vez por processo."""
    return new_key(name.encode() if name == "locked" else b"")


def public_of(pem: bytes) -> RSAPublicKey:
    key = load_pem_private_key(pem, None).public_key()
    assert isinstance(key, RSAPublicKey)
    return key


class Device:
    """Um aparelho com a chave pública de `pem`; a chave AES é a mesma em todos os seus pedidos."""

    def __init__(
        self, pem: bytes | None = None, key: bytes = b"", public: RSAPublicKey | None = None
    ) -> None:
        self.key, self.iv = key or os.urandom(16), os.urandom(16)
        padding = OAEP(MGF1(hashes.SHA256()), hashes.SHA256(), None)
        self.wrapped = (public or public_of(pem or private_pem())).encrypt(self.key, padding)

    def body(self, **request: object) -> bytes:
        """O corpo de um pedido."""
        return self.sealed(json.dumps(request).encode())

    def sealed(self, plain: bytes) -> bytes:
        """O corpo que leva `plain`, seja o que for."""
        sealing = Cipher(algorithms.AES(self.key), modes.GCM(self.iv)).encryptor()
        data = sealing.update(plain) + sealing.finalize() + sealing.tag
        return self.envelope(data, self.wrapped, self.iv)

    @staticmethod
    def envelope(data: bytes, wrapped: bytes, iv: bytes) -> bytes:
        """As três partes, como viajam."""
        parts = {"encrypted_flow_data": data, "encrypted_aes_key": wrapped, "initial_vector": iv}
        return json.dumps({name: b64encode(part).decode() for name, part in parts.items()}).encode()

    def opened(self, text: str) -> dict[str, object]:
        """A resposta, aberta com o IV invertido."""
        raw = b64decode(text, validate=True)
        flipped = bytes(byte ^ 0xFF for byte in self.iv)
        opening = Cipher(algorithms.AES(self.key), modes.GCM(flipped, raw[-16:])).decryptor()
        answer = json.loads(opening.update(raw[:-16]) + opening.finalize())
        assert isinstance(answer, dict)
        return answer


def tokens(ttl_s: float = 3600) -> FlowTokens:
    return FlowTokens(PEPPER, ttl_s)


def token_of(form: str = "driver_signup", *, user_key: str = OWNER, now_ms: int = NOW_MS) -> str:
    return tokens().make(form=form, user_key=user_key, session_id="1", now_ms=now_ms)


def endpoint(pems: bytes | None = None) -> FlowEndpoint:
    """O endpoint com a chave dos testes."""
    return FlowEndpoint(FlowCrypto(pems or private_pem()), tokens(), (SECRET,), FlowDataHandler())


def ask(door: FlowEndpoint, device: Device, **request: object) -> dict[str, object]:
    """A resposta aberta a um pedido que tem de ser atendido."""
    body = device.body(version="3.0", **request)
    reply = door.reply(body, sign(SECRET, body), NOW_MS)
    assert reply.status == 200
    return device.opened(reply.text)
