"""Como saber o que muitos segredos valem agora, e em que versões? Todos de uma vez, com um prazo só.

Promete: de um segredo, as versões ligadas, da mais nova à mais velha; o que houve com cada nome é dito sem
valor; uma versão só é lida uma vez na vida do leitor (versões não mudam). Limite: entre listar e ler, uma
versão pode ser desligada; ela então não vem.
"""

import asyncio
from collections.abc import Mapping
from enum import StrEnum

import msgspec

from pyloto_stream.errors import PermanentError, PylotoError
from pyloto_stream.stores.secrets import DISABLED, UNKNOWN, Secrets

WITHIN_S = 10.0
"""Prazo de uma leitura inteira, em segundos."""


class Trouble(StrEnum):
    """Por que não há valor."""

    MISSING = "does not exist"
    EMPTY = "has no version"
    DISABLED = "has no enabled version"
    DENIED = "may not be read by this identity"
    UNREADABLE = "is not text"
    DOWN = "could not be read: no answer"


ABSENT = frozenset({Trouble.MISSING, Trouble.EMPTY})
"""Quem cuida do cofre não pôs valor nenhum ali."""


class Found(msgspec.Struct, frozen=True):
    """O que um segredo vale: `values` por versão, da mais nova à mais velha; ou por que nada vale."""

    values: tuple[tuple[str, str], ...] = ()
    trouble: Trouble | None = None

    def __repr__(self) -> str:
        """Sem valores."""
        return f"<Found {self.trouble.name if self.trouble else len(self.values)}>"


class SecretReader:
    """Lê de `vault`; `within_s`, o prazo de cada leitura. Quem abriu o cofre o fecha."""

    def __init__(self, vault: Secrets, within_s: float = WITHIN_S) -> None:
        self._vault = vault
        self._within_s = within_s
        self._known: dict[tuple[str, str], str] = {}

    def __repr__(self) -> str:
        """Sem nomes nem valores."""
        return "<SecretReader>"

    async def read(self, names: Mapping[str, bool]) -> dict[str, Found]:
        """O que vale cada nome: se `True`, todas as versões ligadas; se `False`, só a mais nova delas.

        Nunca levanta por causa do cofre: a falha de um nome é o `trouble` dele.
        """
        found = await asyncio.gather(*(self._read(name, every) for name, every in names.items()))
        return dict(zip(names, found, strict=True))

    async def _read(self, name: str, every: bool) -> Found:  # noqa: FBT001 — valor de `names`
        try:
            async with asyncio.timeout(self._within_s):
                return await self._values(name, every)
        except TimeoutError:
            return Found(trouble=Trouble.DOWN)
        except PylotoError as error:
            return Found(trouble=_trouble(error.code))

    async def _values(self, name: str, every: bool) -> Found:  # noqa: FBT001 — idem
        versions = await self._vault.versions(name)
        on = [version.id for version in versions if version.enabled]
        self._forget(name, on)
        values: list[tuple[str, str]] = []
        for version in on:
            value = await self._value(name, version)
            if value is not None:
                values.append((version, value))
            if values and not every:
                break
        if values:
            return Found(tuple(values))
        return Found(trouble=Trouble.DISABLED if versions else Trouble.EMPTY)

    async def _value(self, name: str, version: str) -> str | None:
        """O valor de uma versão; `None` se acabaram de desligá-la ou destruí-la."""
        if (name, version) not in self._known:
            try:
                self._known[name, version] = await self._vault.get(name, version)
            except PermanentError as error:
                if error.code not in {DISABLED, UNKNOWN}:
                    raise
                return None
        return self._known[name, version]

    def _forget(self, name: str, on: list[str]) -> None:
        """O que foi desligado não fica na memória."""
        for known, version in list(self._known):
            if known == name and version not in on:
                del self._known[known, version]


def _trouble(code: str) -> Trouble:
    match code:
        case "secret_unknown":
            return Trouble.MISSING
        case "secrets_refused":
            return Trouble.DENIED
        case "unstorable_secret":
            return Trouble.UNREADABLE
    return Trouble.DOWN
