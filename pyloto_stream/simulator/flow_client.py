"""O que o aplicativo do WhatsApp faz com o endpoint de um Flow? Cifra, assina, pergunta e abre a resposta.

Implementação própria, de propósito: um engano na cifra do produto aparece aqui. Fonte: páginas "Implementing
your Flow endpoint" e "Flows encryption". Promete: 421 busca de novo a chave pública e repete uma vez; toda
falha vira `FlowTroubleError` com o que a pessoa veria.
"""

import hashlib
import hmac
import os
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from typing import Literal

import aiohttp
import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from pyloto_stream.simulator.envelopes import Json

TIMEOUT_S = 10.0
MAX_ANSWER = 1024 * 1024
Trouble = Literal["expired", "unavailable"]


class FlowTroubleError(Exception):
    """O formulário não seguiu. `key` é o nome que a Meta dá ao erro; `shown`, o que a pessoa lê."""

    def __init__(self, key: str, shown: str = "", kind: Trouble = "unavailable") -> None:
        super().__init__(key)
        self.key = key
        self.shown = shown
        self.kind = kind


class _Sealed(msgspec.Struct, frozen=True):
    encrypted_flow_data: str
    encrypted_aes_key: str
    initial_vector: str


class _Expired(msgspec.Struct, frozen=True):
    error_msg: str = ""


class FlowClient:
    """O cliente. `public_key` dá a chave PEM que a empresa publicou, ou vazio; o cliente guarda a última."""

    def __init__(
        self, app_secret: bytes, public_key: Callable[[], str], timeout_s: float = TIMEOUT_S
    ) -> None:
        self._secret = app_secret
        self._public_key = public_key
        self._timeout = aiohttp.ClientTimeout(total=timeout_s)
        self._cached = ""

    async def ask(self, url: str, document: Json) -> Json:
        """Manda `document` cifrado ao endpoint e devolve a resposta aberta.

        Raises:
            FlowTroubleError: sem chave, sem resposta em 10 s, resposta que não abre ou status de erro.
        """
        self._cached = self._cached or self._public_key()
        for fresh in (False, True):
            if fresh:
                self._cached = self._public_key()
            status, body, key, vector = await self._post(url, document)
            if status != 421:
                break
        if status == 200:
            return _opened(body, key, vector)
        if status == 427:
            raise FlowTroubleError("expired", _told(body), "expired")
        raise FlowTroubleError("public-key-missing" if status == 421 else "unexpected_http_status_code")

    async def _post(self, url: str, document: Json) -> tuple[int, bytes, bytes, bytes]:
        if not self._cached:
            raise FlowTroubleError("public-key-missing")
        key, vector = os.urandom(16), os.urandom(16)
        body = msgspec.json.encode(_sealed(self._cached, document, key, vector))
        signature = hmac.new(self._secret, body, hashlib.sha256).hexdigest()
        headers = {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={signature}"}
        try:
            async with (
                aiohttp.ClientSession(timeout=self._timeout) as session,
                session.post(url, data=body, headers=headers, allow_redirects=False) as answer,
            ):
                return answer.status, await _bounded(answer), key, vector
        except TimeoutError:
            raise FlowTroubleError("timeout_error") from None
        except (aiohttp.ClientError, OSError):
            raise FlowTroubleError("no_http_response_error") from None


def _sealed(pem: str, document: Mapping[str, object], key: bytes, vector: bytes) -> _Sealed:
    public = load_pem_public_key(pem.encode())
    if not isinstance(public, RSAPublicKey):
        raise FlowTroubleError("public-key-missing")
    padding = OAEP(MGF1(hashes.SHA256()), hashes.SHA256(), None)
    data = AESGCM(key).encrypt(vector, msgspec.json.encode(document), None)
    return _Sealed(*(b64encode(part).decode() for part in (data, public.encrypt(key, padding), vector)))


def _opened(body: bytes, key: bytes, vector: bytes) -> Json:
    """Abre a resposta: a mesma chave, com cada bit do vetor invertido."""
    try:
        data = AESGCM(key).decrypt(
            bytes(byte ^ 0xFF for byte in vector), b64decode(body, validate=True), None
        )
        return msgspec.json.decode(data, type=Json)
    except (InvalidTag, ValueError):  # inclui base64 e JSON tortos
        raise FlowTroubleError("response-decryption-error") from None


def _told(body: bytes) -> str:
    try:
        return msgspec.json.decode(body, type=_Expired).error_msg
    except msgspec.DecodeError:
        return ""


async def _bounded(answer: aiohttp.ClientResponse) -> bytes:
    body = b""
    async for piece in answer.content.iter_chunked(64 * 1024):
        body += piece
        if len(body) > MAX_ANSWER:
            raise FlowTroubleError("payload-schema-error")
    return body


async def ping(client: FlowClient, url: str, version: str = "3.0") -> bool:
    """A checagem de saúde que a Meta faz de tempos em tempos; diz se o endpoint está são."""
    try:
        answer = await client.ask(url, {"version": version, "action": "ping"})
    except FlowTroubleError:
        return False
    return answer.get("data") == {"status": "active"}
