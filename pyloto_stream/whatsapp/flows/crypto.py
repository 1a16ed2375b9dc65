"""O que a Meta perguntou, e como lhe responder? Abre pedidos de Flows e sela respostas.

Promete: chaves lidas uma vez; qualquer falha é um só `FlowDecryptError`, sem detalhe e depois do mesmo
trabalho, para não servir de oráculo. Fonte: "Implementing your Flow endpoint" (RSA-2048 OAEP com SHA-256 e
MGF1-SHA-256; AES-128-GCM com IV de 16 bytes, etiqueta nos últimos 16; resposta com o IV invertido).
"""

import binascii
import os
from base64 import b64decode, b64encode
from typing import NamedTuple

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256

from pyloto_stream.errors import PermanentError
from pyloto_stream.whatsapp.flows.keys import load_keys

MAX_REQUEST = 1024 * 1024
"""Bytes de um pedido; arquivos vão por outra via, e os pedidos são pequenos."""
AES_BYTES = IV_BYTES = TAG_BYTES = 16
_OAEP = OAEP(mgf=MGF1(algorithm=SHA256()), algorithm=SHA256(), label=None)
_encode = msgspec.json.Encoder().encode


class FlowDecryptError(PermanentError):
    """O pedido não se deixa abrir: HTTP 421, e o cliente busca a chave pública de novo."""

    code = "flow_decrypt"


class FlowRequest(msgspec.Struct, frozen=True):
    """Um pedido aberto. `action`: `ping`, `INIT`, `BACK`, `data_exchange` ou outro; `data` é do cliente."""

    action: str
    version: str = ""
    screen: str | None = None
    data: dict[str, object] | None = None
    flow_token: str | None = None
    flow_token_signature: str | None = None


class ReplyKey(NamedTuple):
    """O que sela a resposta de um pedido, e só dele."""

    key: bytes
    iv: bytes

    def __repr__(self) -> str:
        """Sem valores."""
        return "ReplyKey(...)"


class _Envelope(msgspec.Struct, frozen=True):
    encrypted_flow_data: str
    encrypted_aes_key: str
    initial_vector: str


_envelope = msgspec.json.Decoder(_Envelope)
_request = msgspec.json.Decoder(FlowRequest)


class FlowCrypto:
    """As chaves de um endpoint: `pems` é uma ou várias em sequência, a mais nova primeiro (rotação).

    Raises:
        MisconfiguredError: chave que não é RSA de 2048 bits, ou frase-senha errada.
    """

    def __init__(self, pems: bytes, passphrase: bytes = b"") -> None:
        self._keys = load_keys(pems, passphrase)

    def open(self, body: bytes) -> tuple[FlowRequest, ReplyKey]:
        """Decifra o corpo de um pedido, com a chave nova ou com as anteriores.

        Raises:
            FlowDecryptError: por qualquer motivo, sem dizer qual.
        """
        if len(body) > MAX_REQUEST:
            raise FlowDecryptError
        try:
            envelope = _envelope.decode(body)
            sealed = b64decode(envelope.encrypted_flow_data, validate=True)
            wrapped = b64decode(envelope.encrypted_aes_key, validate=True)
            iv = b64decode(envelope.initial_vector, validate=True)
        except (msgspec.MsgspecError, binascii.Error, ValueError, RecursionError):
            raise FlowDecryptError from None
        if len(iv) != IV_BYTES or len(sealed) < TAG_BYTES:
            raise FlowDecryptError
        key = self._unwrapped(wrapped)
        try:
            return _request.decode(AESGCM(key).decrypt(iv, sealed, None)), ReplyKey(key, iv)
        except (InvalidTag, msgspec.MsgspecError, ValueError, RecursionError):
            raise FlowDecryptError from None

    def seal(self, answer: object, reply_key: ReplyKey) -> str:
        """`answer` em JSON, cifrado para quem fez o pedido: base64 que é o corpo inteiro da resposta."""
        flipped = bytes(byte ^ 0xFF for byte in reply_key.iv)
        return b64encode(AESGCM(reply_key.key).encrypt(flipped, _encode(answer), None)).decode("ascii")

    def _unwrapped(self, wrapped: bytes) -> bytes:
        """A chave AES. Se nenhuma das nossas a abre, uma ao acaso: quem erra paga o mesmo tempo adiante."""
        for key in self._keys:
            try:
                found = key.decrypt(wrapped, _OAEP)
            except ValueError:
                continue
            if len(found) == AES_BYTES:
                return found
        return os.urandom(AES_BYTES)
