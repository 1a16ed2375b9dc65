"""De que chaves o endpoint de Flows precisa? RSA de 2048 bits, lidas de PEM uma só vez.

Promete: uma chave que não serve impede o início, e a mensagem nunca mostra o conteúdo. Várias em sequência
são uma rotação: a mais nova primeiro. Fonte: página "Business encryption" da Meta.
"""

import re
from collections.abc import Iterator

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256, Hash
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from pyloto_stream.errors import MisconfiguredError

KEY_BITS = 2048
"""O único tamanho que a Meta aceita."""
_BEGIN = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----")
_PEM = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----", re.DOTALL)


def load_keys(pems: bytes, passphrase: bytes = b"") -> tuple[RSAPrivateKey, ...]:
    """As chaves de `pems` (uma ou várias, em sequência), na ordem em que estão.

    Raises:
        MisconfiguredError: nenhuma chave, uma que não é RSA de 2048 bits, ou frase-senha errada.
    """
    keys = tuple(_loaded(pems, passphrase))
    if not keys:
        raise MisconfiguredError("FLOW_PRIVATE_KEY: holds no private key in PEM form")
    if len(keys) != len(_BEGIN.findall(pems)):  # a última foi cortada: sem isto, a rotação perderia uma chave
        raise MisconfiguredError(_NOT_A_KEY)
    return keys


def new_key(passphrase: bytes = b"") -> bytes:
    """Uma chave nova, em PEM (PKCS#8), cifrada se há `passphrase`."""
    protection = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    key = generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, protection)


def public_pem(key: RSAPrivateKey) -> str:
    """A chave pública em PEM, como se envia à Meta (`business_public_key`)."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def fingerprint(key: RSAPrivateKey) -> str:
    """Impressão da chave **pública**: SHA-256, em hexadecimal, do seu DER; para comparar, não é segredo."""
    digest = Hash(SHA256())
    digest.update(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    return digest.finalize().hex()


def _loaded(pems: bytes, passphrase: bytes) -> Iterator[RSAPrivateKey]:
    for match in _PEM.finditer(pems):
        # numa rotação, só uma das duas pode estar cifrada; e senha sem cifra é recusada pela biblioteca
        secret = passphrase if b"ENCRYPTED" in match[0] else None
        try:
            key = load_pem_private_key(match[0], secret or None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            problem = "FLOW_PRIVATE_KEY_PASSPHRASE: does not open FLOW_PRIVATE_KEY"
            raise MisconfiguredError(problem if secret is not None else _NOT_A_KEY) from None
        if not isinstance(key, RSAPrivateKey) or key.key_size != KEY_BITS:
            raise MisconfiguredError(_NOT_A_KEY)
        yield key


_NOT_A_KEY = f"FLOW_PRIVATE_KEY: must be an RSA key of {KEY_BITS} bits in PEM form"
