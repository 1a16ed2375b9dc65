"""Quem garante que uma âncora é a que fizemos? Uma assinatura Ed25519 sobre o dia e o resumo do arquivo.

Assina-se o resumo, e não o arquivo: nem quem assina nem quem confere precisa dele na memória. Limite: quem
tem a semente assina o que quiser; guarde-a fora de quem pode escrever no banco.
"""

import base64
from typing import Literal

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

KEY_BYTES = 32
"""De uma semente e de uma chave pública."""


class Seal(msgspec.Struct, frozen=True):
    """O que fica ao lado da âncora. `sha256` em hexadecimal; chave e assinatura em base64.

    `public_key` só diz com que chave se fez: quem confere usa a que já tinha.
    """

    day: str
    sha256: str
    public_key: str
    signature: str
    algorithm: Literal["Ed25519"] = "Ed25519"


def new_pair() -> tuple[str, str]:
    """Uma semente nova e a chave pública dela, em base64."""
    seed = Ed25519PrivateKey.generate().private_bytes_raw()
    return _text(seed), _text(public_key(seed))


def public_key(seed: bytes) -> bytes:
    """A chave pública de `seed`, de 32 bytes."""
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def sealed(seed: bytes, day: str, sha256: str) -> Seal:
    """O selo da âncora de `day`; o mesmo sempre que se repete."""
    signature = Ed25519PrivateKey.from_private_bytes(seed).sign(_statement(day, sha256))
    return Seal(day, sha256, _text(public_key(seed)), _text(signature))


def holds(seal: Seal, public: bytes, day: str, sha256: str) -> bool:
    """`seal` foi feito por quem tem a semente de `public`, para este dia e este conteúdo?"""
    try:
        signature = base64.b64decode(seal.signature, validate=True)
        Ed25519PublicKey.from_public_bytes(public).verify(signature, _statement(day, sha256))
    except (ValueError, InvalidSignature):
        return False
    return True


def _statement(day: str, sha256: str) -> bytes:
    return f"pyloto-stream audit anchor v1\n{day}\n{sha256}\n".encode()


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
