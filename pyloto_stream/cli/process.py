"""Como um comando vira um processo que termina direito? Um laço, sinais que pedem a parada, um erro só.

Promete: o primeiro SIGTERM ou Ctrl-C pede a parada ordenada; o segundo termina já. Uma falha dentro de um
grupo de tarefas chega a quem chamou como a própria falha, não como grupo.
"""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from typing import TypeVar

import uvloop
from loguru import logger

from pyloto_stream.errors import MisconfiguredError, PylotoError
from pyloto_stream.observability.logging import configure_logging
from pyloto_stream.observability.watchdog import END_S, arm, disarm, watch_loop
from pyloto_stream.secret_settings import load_settings
from pyloto_stream.settings import Settings

T = TypeVar("T")

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def run(main: Callable[[asyncio.Event], Awaitable[T]], *, stall_s: float = 0) -> T:
    """Executa `main(stop)` até o fim; `stop` é armado pelos sinais.

    `stall_s`: um laço preso por mais que isso derruba o processo (0: não se vigia).

    Raises:
        PylotoError: a falha que derrubou `main`, mesmo que viesse num grupo.
    """
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            try:
                return runner.run(_guarded(main, stall_s))
            finally:
                if stall_s:  # fechar o laço espera por toda tarefa, também pela que ignora o cancelamento
                    arm(END_S)
    except BaseExceptionGroup as group:
        raise _first(group) from None
    finally:
        disarm()


def settings_of(process: str, *, quiet: bool = False) -> Settings:
    """Configuração do ambiente, com o log do processo já ligado. `quiet`: sem `LOG_LEVEL`, só avisos.

    Raises:
        MisconfiguredError: há valores errados ou faltando.
        UnavailableError: o Secret Manager não respondeu.
    """
    settings = load_settings(os.environ)
    level = "WARNING" if quiet and "LOG_LEVEL" not in settings.given else settings.log_level
    configure_logging(level, settings.log_format, process)
    if unused := settings.unused():
        logger.bind(variables=", ".join(unused)).warning("variables have no effect in this version")
    return settings


def server_url(settings: Settings) -> str:
    """Endereço do Redis de um processo que não é dono dele.

    Raises:
        MisconfiguredError: o Redis embutido só vive dentro de `dev` e `demo`.
    """
    url = settings.redis_url.reveal()
    if url == "embedded":
        raise MisconfiguredError(
            "REDIS_URL: required here; the embedded server belongs to `pyloto-stream dev` and `demo`"
        )
    return url


async def _guarded(main: Callable[[asyncio.Event], Awaitable[T]], stall_s: float) -> T:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    watchdog = asyncio.create_task(watch_loop(stall_s)) if stall_s else None

    def ask(number: signal.Signals) -> None:
        stop.set()
        loop.remove_signal_handler(number)
        signal.signal(number, signal.SIG_DFL)

    for number in _SIGNALS:
        loop.add_signal_handler(number, ask, number)
    try:
        return await main(stop)
    finally:
        if watchdog is not None:
            watchdog.cancel()
        for number in _SIGNALS:
            loop.remove_signal_handler(number)


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """A falha que explica o grupo: a primeira nossa, ou o próprio grupo se nenhuma é."""
    for error in group.exceptions:
        found = _first(error) if isinstance(error, BaseExceptionGroup) else error
        if isinstance(found, PylotoError):
            return found
    return group
