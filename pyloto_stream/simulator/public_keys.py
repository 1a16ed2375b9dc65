"""A Meta aceitaria esta chave pública? Só RSA de 2048 bits, em PEM."""

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key


def is_rsa_2048(pem: str) -> bool:
    """`pem` é uma chave pública RSA de 2048 bits?"""
    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        return False
    return isinstance(key, RSAPublicKey) and key.key_size == 2048
