"""Onde fica um segredo que muda, como o token da Meta? Em versões: a nova entra, e a anterior fica.

Promete: valores nunca aparecem em `repr`, mensagem de falha ou nome de arquivo; `add_version` só volta com a
versão já gravada. Limite: `latest` é a mais nova, mesmo desligada; quem guarda uma cópia não é avisado.
"""

from collections.abc import Mapping
from typing import NoReturn, Protocol

import msgspec

from pyloto_stream.errors import MisconfiguredError, PermanentError

LATEST = "latest"
UNKNOWN, DISABLED, UNSTORABLE = "secret_unknown", "secret_disabled", "unstorable_secret"
MAX_BYTES = 65_536
"""Limite do Secret Manager por versão (página "Quotas and limits")."""


class SecretVersion(msgspec.Struct, frozen=True):
    """Uma versão, sem o valor."""

    id: str
    enabled: bool


class Secrets(Protocol):
    """Um cofre.

    Falhas: `PermanentError` (code `secret_unknown`, `secret_disabled`, `unstorable_secret`),
    `UnavailableError` (`secrets_unavailable`, `secrets_refused`), `MisconfiguredError` (assim não se usa).
    """

    async def get(self, name: str, version: str = LATEST) -> str:
        """O valor."""

    async def versions(self, name: str) -> list[SecretVersion]:
        """As versões, da mais nova à mais velha; vazio se o segredo existe e não tem nenhuma."""

    async def add_version(self, name: str, value: str) -> str:
        """Guarda `value` como a versão mais nova; devolve o id. Uma resposta perdida pode ter guardado."""

    async def disable(self, name: str, version: str) -> None:
        """Desliga uma versão; repetir não muda nada."""

    async def close(self) -> None:
        """Fecha o que foi aberto."""


class EnvironmentSecrets(Secrets):
    """Os segredos que vieram do ambiente: um só valor de cada, que ninguém muda daqui."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def __repr__(self) -> str:
        """Sem nomes nem valores."""
        return "<EnvironmentSecrets>"

    async def get(self, name: str, version: str = LATEST) -> str:
        """Ver a porta; a única versão é `latest`."""
        value = self._environ.get(name, "").strip()
        if not value or version != LATEST:
            raise PermanentError("no such secret in the environment", code=UNKNOWN)
        return value

    async def versions(self, name: str) -> list[SecretVersion]:
        """Ver a porta."""
        await self.get(name)
        return [SecretVersion(LATEST, enabled=True)]

    async def add_version(self, name: str, value: str) -> str:
        """Não há como.

        Raises:
            MisconfiguredError: sempre; diz o que fazer.
        """
        _fixed(name, value)

    async def disable(self, name: str, version: str) -> None:
        """Não há como.

        Raises:
            MisconfiguredError: sempre; diz o que fazer.
        """
        _fixed(name, version)

    async def close(self) -> None:
        """Nada a fechar."""


def _fixed(name: str, _what: str) -> NoReturn:
    raise MisconfiguredError(
        f"{name}: comes from the environment, which cannot be changed from here; "
        "keep it in a file or in Secret Manager"
    )


def check_value(value: str) -> bytes:
    """Os bytes de um valor que qualquer cofre guarda.

    Raises:
        PermanentError: code `unstorable_secret`; vazio, grande demais ou com controles.
    """
    raw = value.encode("utf-8", "surrogatepass")
    if not value or not value.isprintable() or len(raw) > MAX_BYTES:
        raise PermanentError("secret is empty, too long or has control characters", code=UNSTORABLE)
    return raw
