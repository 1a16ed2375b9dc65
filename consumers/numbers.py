"""A Meta recusa um dos nossos números: os outros param? Não; só ele espera, e um envio por vez vê se voltou.

O disjuntor da etapa não distingue números: o token vencido de um calaria todos (fatos, seção 7.3: um por
número). Serve a quem tem vários; com um só, o da etapa basta. Limite: cada processo descobre por si.
"""

import time
from collections.abc import Callable

import msgspec
from loguru import logger

from pyloto_stream.errors import OverloadedError
from pyloto_stream.whatsapp.client import DependencyDownError
from pyloto_stream.whatsapp.error_codes import ErrorClass

FIRST_S, MOST_S = 1.0, 60.0
"""A espera dobra da primeira à segunda."""
TRYING_S = 30.0
"""Quanto os outros esperam por quem experimenta: a duração de uma chamada."""
_OF_A_NUMBER = (ErrorClass.AUTH, ErrorClass.POLICY)


class _Stop(msgspec.Struct):
    code: str
    since: float
    until: float
    wait_s: float = FIRST_S
    trying: bool = False


class Numbers:
    """Os números recusados, segundo este processo."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._stopped: dict[str, _Stop] = {}

    def enter(self, number: str) -> None:
        """Deixa passar quem não espera; de um número recusado, passada a espera, um só.

        Raises:
            OverloadedError: com o código da recusa; não abre o disjuntor da etapa.
        """
        if (stop := self._stopped.get(number)) is None:
            return
        now = self._monotonic()
        if now < stop.until:
            left_ms = int((stop.until - now) * 1000) + 1
            raise OverloadedError("this number is refused", code=stop.code, retry_after_ms=left_ms)
        stop.until, stop.trying = now + TRYING_S, True

    def refused(self, number: str, error: DependencyDownError) -> Exception:
        """A falha a levantar no lugar de `error`: se é só do número, uma que não para os outros."""
        if error.kind not in _OF_A_NUMBER or error.code != f"graph_{error.graph_code}":
            return error
        now, stop = self._monotonic(), self._stopped.get(number)
        if stop is None:
            logger.bind(code=error.code).error("a number is refused, its replies wait")
            stop = self._stopped[number] = _Stop(error.code, now, now)
        elif stop.trying:
            stop.wait_s = min(MOST_S, stop.wait_s * 2)
        stop.until, stop.trying = now + max(stop.wait_s, min(error.retry_after_ms / 1000, MOST_S)), False
        return OverloadedError(str(error), code=error.code, retry_after_ms=error.retry_after_ms)

    def answered(self, number: str) -> None:
        """A Meta respondeu por este número sem recusá-lo."""
        if stop := self._stopped.pop(number, None):
            seconds = round(self._monotonic() - stop.since, 3)
            logger.bind(seconds=seconds).info("a number is accepted again")
