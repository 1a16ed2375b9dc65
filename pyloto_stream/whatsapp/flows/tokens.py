"""De quem é este formulário? O token que mandamos com a oferta diz: assinado, com prazo, de uma conversa.

Promete: não se forja sem a chave, não leva dado pessoal, tem no máximo `MAX_TOKEN` caracteres e se confere em
tempo constante. Limite: não impede que o mesmo formulário seja enviado duas vezes; os fatos são os mesmos.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from enum import Enum

import msgspec

MAX_TOKEN = 256
UNUSED = "unused"
"""O que o cliente manda quando a mensagem não trazia token: nunca vale."""
_VERSION = "p1"
_LABEL = b"pyloto-stream flow token v1"
_TAG_BYTES = 12
_encode = msgspec.msgpack.Encoder().encode
_json = msgspec.json.Decoder(dict[str, object])


class TokenVerdict(Enum):
    """O que se sabe de um token recebido."""

    VALID = "valid"
    MISSING = "missing"
    UNUSED = "unused"
    FORGED = "forged"
    EXPIRED = "expired"
    FOREIGN = "foreign"
    """Nosso, e no prazo, mas de outra conversa."""


class _Claims(msgspec.Struct, frozen=True, array_like=True):
    form: str
    session_id: str
    expires_ms: int
    owner: bytes


class CheckedToken(msgspec.Struct, frozen=True):
    """Resultado da conferência; `form` e `session_id` só valem (e só vêm) se o veredito é `VALID`."""

    verdict: TokenVerdict
    form: str = ""
    session_id: str = ""


_claims = msgspec.msgpack.Decoder(_Claims)


class FlowTokens:
    """Faz e confere tokens. A chave deriva de `pepper` (`PEPPER_SECRET`) por HMAC-SHA256 com um rótulo."""

    def __init__(self, pepper: bytes, ttl_s: float) -> None:
        self._key = hmac.digest(pepper, _LABEL, "sha256")
        self._ttl_ms = int(ttl_s * 1000)

    def make(self, *, form: str, user_key: str, session_id: str, now_ms: int) -> str:
        """O token da oferta de `form` à conversa `user_key`; os mesmos valores dão o mesmo token."""
        claims = _Claims(form, session_id, now_ms + self._ttl_ms, self._owner(user_key))
        body = _unpadded(_encode(claims))
        return f"{_VERSION}.{body}.{_unpadded(self._mac(body))}"

    def check(self, token: str | None, *, now_ms: int, user_key: str | None = None) -> CheckedToken:
        """Confere `token`; com `user_key`, também se é desta conversa."""
        if not token:
            return CheckedToken(TokenVerdict.MISSING)
        if token == UNUSED:
            return CheckedToken(TokenVerdict.UNUSED)
        claims = self._claims(token)
        if claims is None:
            return CheckedToken(TokenVerdict.FORGED)
        if now_ms >= claims.expires_ms:
            return CheckedToken(TokenVerdict.EXPIRED)
        if user_key is not None and not hmac.compare_digest(claims.owner, self._owner(user_key)):
            return CheckedToken(TokenVerdict.FOREIGN)
        return CheckedToken(TokenVerdict.VALID, claims.form, claims.session_id)

    def _claims(self, token: str) -> _Claims | None:
        version, _, rest = token.partition(".")
        body, _, mac = rest.partition(".")
        if len(token) > MAX_TOKEN or version != _VERSION or not token.isascii():
            return None
        if not hmac.compare_digest(_unpadded(self._mac(body)), mac):
            return None
        try:
            return _claims.decode(_decoded(body))
        except (msgspec.MsgspecError, ValueError):
            return None

    def _owner(self, user_key: str) -> bytes:
        """Marca da conversa que só nós sabemos refazer: o token sai daqui para aparelhos e servidores."""
        return hmac.digest(self._key, b"owner:" + user_key.encode(), "sha256")[:_TAG_BYTES]

    def _mac(self, body: str) -> bytes:
        return hmac.digest(self._key, body.encode(), "sha256")


class _Header(msgspec.Struct, frozen=True):
    alg: str


def signed_by_meta(signature: str, token: str, secrets: Sequence[bytes]) -> bool:
    """`flow_token_signature` (JWT HS256 com o segredo do aplicativo) é de Meta, e deste token?

    A página não diz que campos o JWT leva: se há um `flow_token`, tem de ser este.
    """
    head, _, rest = signature.partition(".")
    body, _, mac = rest.partition(".")
    if not signature.isascii():
        return False
    signed = f"{head}.{body}".encode()
    matches = 0
    for secret in secrets:
        matches += hmac.compare_digest(_unpadded(hmac.digest(secret, signed, "sha256")), mac)
    if not matches:
        return False
    try:
        algorithm = msgspec.json.decode(_decoded(head), type=_Header).alg
        claimed = _json.decode(_decoded(body)).get("flow_token", token)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return False
    return algorithm == "HS256" and claimed == token


def _unpadded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
