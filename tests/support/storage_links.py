"""Confere uma assinatura V4 do Cloud Storage como o serviço a confere: com a chave pública, e o relógio.

A forma canônica é a da documentação ("Signatures", XML API): refeita do que chegou, não do que o cliente fez.
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote, unquote

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

ALGORITHM = "GOOG4-RSA-SHA256"
LONGEST_S = 604_800


def refused(
    raw_path: str, raw_query: str, host: str, keys: Mapping[str, RSAPublicKey], now_s: float
) -> tuple[int, str] | None:
    """Por que não se atende (status e código do Google), ou `None` se o link vale."""
    pairs = [part.partition("=") for part in raw_query.split("&")]
    query = {unquote(name): unquote(value) for name, _, value in pairs}
    signature = query.pop("X-Goog-Signature", "")
    account, _, scope = query.get("X-Goog-Credential", "").partition("/")
    made, lasts = query.get("X-Goog-Date", ""), query.get("X-Goog-Expires", "")
    if query.get("X-Goog-Algorithm") != ALGORITHM or query.get("X-Goog-SignedHeaders") != "host":
        return 400, "InvalidArgument"
    if not lasts.isdecimal() or not 1 <= int(lasts) <= LONGEST_S or account not in keys:
        return 400, "AuthorizationQueryParametersError"
    ordered = "&".join(sorted(f"{_quoted(name)}={_quoted(value)}" for name, value in query.items()))
    canonical = "\n".join(("GET", raw_path, ordered, f"host:{host}\n", "host", "UNSIGNED-PAYLOAD"))
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = f"{ALGORITHM}\n{made}\n{scope}\n{digest}".encode()
    try:
        keys[account].verify(bytes.fromhex(signature), text, PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        return 403, "SignatureDoesNotMatch"
    began = datetime.strptime(made, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
    return (400, "ExpiredToken") if now_s >= began + int(lasts) else None


def _quoted(text: str) -> str:
    return quote(text, safe="~")
