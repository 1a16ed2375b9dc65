"""Que comportamentos um teste pode dar a uma etapa? Roteiros com nome, instalados no processo filho."""

from collections.abc import Callable

_SCRIPTS: dict[str, Callable[[], None]] = {}


def script(install: Callable[[], None]) -> Callable[[], None]:
    """Registra um roteiro com o nome da função."""
    _SCRIPTS[install.__name__] = install
    return install


def install(name: str) -> None:
    """Instala o roteiro `name` neste processo; vazio: nenhum."""
    if name:
        _SCRIPTS[name]()
