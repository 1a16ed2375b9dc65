"""Como um processo sabe que um segredo mudou, sem reiniciar? Relê o Secret Manager de tempos em tempos.

Promete: uma versão nova, ligada ou desligada vale até `EVERY_S` (± 20 %) depois; com o cofre fora do ar, ou
um valor que não serve, fica o último bom dele, e os outros mudam; cada mudança e cada queda é uma linha, com
nomes e sem valores. Limite: as de `FIXED` só se leem no início; um segredo sem versão ligada fica como
estava.
"""

import asyncio
import random
from collections.abc import Callable, Mapping
from contextlib import suppress

import msgspec
from loguru import logger

from pyloto_stream.errors import MisconfiguredError
from pyloto_stream.live_settings import LiveSettings
from pyloto_stream.secret_settings import (
    SECRETS,
    place_of,
    raw_of,
    sorted_out,
    variables_of,
    wanted,
)
from pyloto_stream.settings import load
from pyloto_stream.stores.secret_manager import SecretManager
from pyloto_stream.stores.secret_reading import SecretReader

SPREAD = 0.2

Count = Callable[[str], None]
"""Conta uma releitura: `same`, `changed` ou `failed`."""


class SecretRefresh:
    """Laço que relê de `reader` o que `environ` não dá, e passa a `live` o que mudou."""

    def __init__(
        self,
        live: LiveSettings,
        reader: SecretReader,
        environ: Mapping[str, str],
        count: Count = lambda _result: None,
    ) -> None:
        self._live = live
        self._reader = reader
        self._environ = environ
        self._count = count
        self._told: tuple[str, ...] = ()

    async def look(self) -> str:
        """Relê uma vez; devolve o que contou."""
        stored, refused, absent = sorted_out(await self._reader.read(wanted(self._environ, fixed=False)))
        before = self._live.current()
        lost = {name: f"{why}" for name, why in absent.items() if name in before.stored}
        lines = [f"{name} {why}" for name, why in (lost | refused).items()]
        changed: list[str] = []
        try:
            changed += self._take(stored)
        except MisconfiguredError as error:
            lines += error.problems
            for name, raw in stored.items():  # um valor que não serve não segura os outros
                with suppress(MisconfiguredError):
                    changed += self._take({name: raw})
        self._tell(tuple(lines), variables_of(changed))
        result = "failed" if lines else "changed" if changed else "same"
        self._count(result)
        return result

    async def run(self, stop: asyncio.Event) -> None:
        """Relê até `stop`; a primeira vez, depois de um intervalo: o início acabou de ler."""
        while not stop.is_set():
            wait_s = self._live.every_s * random.uniform(1 - SPREAD, 1 + SPREAD)  # noqa: S311 — só espalha os processos
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), wait_s)
                return
            await self.look()

    def _take(self, stored: Mapping[str, str]) -> list[str]:
        """Põe em vigor o que se leu, e devolve o que mudou.

        Raises:
            MisconfiguredError: as regras ou quem usa um dos valores o recusa; nada mudou.
        """
        before = self._live.current()
        kept = {name: raw_of(before, name) for name in before.stored}
        read = load(self._environ, {**kept, **stored})
        changed = [name for name in read.stored if raw_of(before, name) != raw_of(read, name)]
        if changed:  # o resto da configuração pode ter sido trocado por quem abriu o processo
            values = {SECRETS[name].attribute: getattr(read, SECRETS[name].attribute) for name in changed}
            self._live.replace(msgspec.structs.replace(before, stored=read.stored, **values))
        return changed

    def _tell(self, lines: tuple[str, ...], changed: str) -> None:
        """Uma linha por mudança, uma por queda nova e uma quando ela acaba."""
        if changed:
            logger.bind(variables=changed).info("secrets changed")
        if lines and lines != self._told:
            logger.bind(problems="; ".join(lines)).error("secrets not refreshed, the last values stay")
        elif self._told and not lines:
            logger.info("secrets are refreshed again")
        self._told = lines


async def keep_fresh(live: LiveSettings, stop: asyncio.Event, count: Count = lambda _result: None) -> None:
    """Mantém `live` em dia até `stop`; sem cofre na configuração, volta já."""
    environ = live.environ or {}
    place = place_of(environ)
    if place is None:
        return
    vault = await SecretManager.open(place.project, emulator_host=place.emulator_host)
    try:
        await SecretRefresh(live, SecretReader(vault), environ, count).run(stop)
    finally:
        await vault.close()
