"""Como um link local dá a ler um só objeto, por um só tempo? Uma assinatura sobre caminho, prazo e nome.

Promete: mudar qualquer parte do link o invalida; a chave vem de `DATA_ENCRYPTION_KEY` por HKDF e só serve a
isto; a comparação não diz quanto acertou. Limite: o link é a autorização, quem o tem lê; trocar
`DATA_ENCRYPTION_KEY` invalida os que estão na rua.
"""

import hmac
from typing import Literal
from urllib.parse import urlencode

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from pyloto_stream.clock import Clock, system_clock
from pyloto_stream.stores.objects import check_link

LINKS_PATH = "/api/objects"
_INFO = b"pyloto-stream object links v1"


class ObjectLinks:
    """Assina e confere. `secret`: os 32 bytes de `DATA_ENCRYPTION_KEY`; `base_url`: quem serve, sem barra."""

    def __init__(self, secret: bytes, base_url: str, clock: Clock = system_clock) -> None:
        self._key = HKDF(algorithm=SHA256(), length=32, salt=None, info=_INFO).derive(secret)
        self._base_url = base_url
        self._clock = clock

    def url(self, path: str, ttl_s: int, filename: str) -> str:
        """O link, com o prazo em segundos desde a época Unix.

        Raises:
            PermanentError: code `invalid_object_path` ou `invalid_object_link`.
        """
        name = check_link(path, ttl_s, filename)
        expires = str(-(-self._clock() // 1000) + ttl_s)
        query = {"expires": expires, "filename": name, "signature": self._signature(path, expires, name)}
        return f"{self._base_url}{LINKS_PATH}/{path}?{urlencode(query)}"

    def examined(
        self, path: str, expires: str, filename: str, signature: str
    ) -> Literal["good", "expired", "refused"]:
        """O que vale o link; só se é nosso se diz que venceu."""
        own = self._signature(path, expires, filename)
        if not hmac.compare_digest(own.encode(), signature.encode("utf-8", "surrogatepass")):
            return "refused"
        return "good" if self._clock() < int(expires) * 1000 else "expired"

    def _signature(self, path: str, expires: str, filename: str) -> str:
        text = f"{path}\n{expires}\n{filename}".encode("utf-8", "surrogatepass")
        return hmac.new(self._key, text, "sha256").hexdigest()
