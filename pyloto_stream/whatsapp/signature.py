"""Foi mesmo a Meta que mandou? A assinatura HMAC-SHA256 dos bytes recebidos diz.

Promete: compara em tempo constante com todos os segredos válidos (rotação), sem parar no primeiro que serve.
Limite: não protege contra repetição de um corpo legítimo; disso cuida a deduplicação.
"""

import hmac
import re
from collections.abc import Sequence
from enum import Enum

from pyloto_stream.whatsapp.hmac256 import hmac_sha256

HEADER = "X-Hub-Signature-256"
_FORM = re.compile(r"sha256=[0-9a-f]{64}", re.ASCII)
_LENGTH = len("sha256=") + 64


class Verdict(Enum):
    """O que a assinatura prova."""

    OK = "ok"
    MISSING = "missing"
    """Sem cabeçalho, ou com um que não tem a forma `sha256=` e 64 dígitos hexadecimais minúsculos."""
    WRONG = "wrong"


def sign(secret: bytes, body: bytes) -> str:
    """Valor do cabeçalho `X-Hub-Signature-256` para `body`, exatamente como a Meta o calcula."""
    return "sha256=" + hmac_sha256(secret, body).hex()


def verify(secrets: Sequence[bytes], body: bytes, header: str | None) -> Verdict:
    """Confere `header` contra `body`, os bytes como chegaram (reescrever o JSON muda o resumo).

    Sem segredos a resposta é `WRONG`: nada é aceito por falta de configuração.
    """
    if header is None or len(header) != _LENGTH or not header.isascii():
        return Verdict.MISSING
    matches = 0
    for secret in secrets:
        matches += hmac.compare_digest(sign(secret, body), header)
    if matches:  # uma assinatura certa tem a forma
        return Verdict.OK
    return Verdict.WRONG if _FORM.fullmatch(header) else Verdict.MISSING
