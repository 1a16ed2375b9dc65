"""Quem escreveu? Um só nome opaco por pessoa, venha ela com telefone ou só com id de escopo de negócio.

Promete: a mesma pessoa, com ou sem o nono dígito, tem a mesma `user_key`, que não revela o identificador.
Limite: telefone e id de escopo de negócio da mesma pessoa dão chaves diferentes; quem as junta é a tabela de
apelidos. México (`52`/`521`) e Argentina (`54`/`549`) não são unificados.
"""

import hmac
import re
from base64 import urlsafe_b64encode
from typing import Literal

IdKind = Literal["phone", "bsuid", "opaque"]

_PHONE = re.compile(r"[0-9]{6,15}", re.ASCII)
_BSUID = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}", re.ASCII)
_BR_MOBILE_WITHOUT_NINTH = re.compile(r"55[1-9][1-9][6-9][0-9]{7}", re.ASCII)
"""`55`, DDD e oito dígitos que começam por 6–9: celular cuja conta é anterior ao nono dígito."""


def classify(value: str) -> IdKind:
    """Que identificador é este, pela forma e não pelo nome do campo: a Meta já pôs um no lugar do outro.

    Um `+` no início de um telefone é tolerado, como em `canonical_phone`: é a mesma pessoa.
    """
    if _PHONE.fullmatch(value.removeprefix("+")):
        return "phone"
    return "bsuid" if _BSUID.fullmatch(value) else "opaque"


def canonical_phone(digits: str) -> str:
    """E.164 canônico, com `+`, de um telefone ou `wa_id`; celulares do Brasil sempre com o nono dígito.

    Raises:
        ValueError: não são de 6 a 15 dígitos (um `+` no início é tolerado).
    """
    bare = digits.removeprefix("+")
    if _PHONE.fullmatch(bare) is None:
        raise ValueError("not a phone number")
    if _BR_MOBILE_WITHOUT_NINTH.fullmatch(bare):
        return f"+{bare[:4]}9{bare[4:]}"
    return f"+{bare}"


def identity(value: str) -> str:
    """Identidade estável de um identificador recebido: telefone canônico, ou `bsuid:` e o próprio id."""
    return canonical_phone(value) if classify(value) == "phone" else f"bsuid:{value}"


def user_key(pepper: bytes, identity: str) -> str:
    """Nome da pessoa em todo o sistema: base64url(HMAC-SHA256(`pepper`, `identity`)) sem preenchimento.

    `identity` é o que a função `identity` devolve: E.164 canônico ou id com o prefixo `bsuid:`.
    """
    digest = hmac.digest(pepper, identity.encode(), "sha256")
    return urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
