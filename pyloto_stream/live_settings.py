"""Que configuração vale agora, se um segredo mudou depois do início? Quem a usa pergunta, ou é avisado.

Promete: uma troca vale inteira ou não vale: se um dos avisados não aceita o valor novo, todos ficam com o de
antes. Quem atende pergunta a cada vez (`of`); quem mantém conexões é avisado (`follow`). Limite: um laço só;
o que já está em andamento termina com o valor com que começou.
"""

from collections.abc import Callable, Mapping
from typing import TypeVar

from pyloto_stream.errors import MisconfiguredError
from pyloto_stream.settings import Settings

EVERY_S = 120.0
"""Uma lista por segredo: uns 5 pedidos por minuto e processo, de 600 do projeto ("Quotas and limits")."""

T = TypeVar("T")

Follow = Callable[[Settings], None]
"""Passa a usar o que uma configuração diz; levanta `MisconfiguredError`, sem mudar nada, se não serve."""


class LiveSettings:
    """A configuração de um processo; só muda se há `environ`, de onde a reler a cada `every_s` segundos."""

    def __init__(
        self, settings: Settings, environ: Mapping[str, str] | None = None, every_s: float = EVERY_S
    ) -> None:
        self.environ = environ
        self.every_s = every_s
        self._current = settings
        self._followers: list[Follow] = []

    def __repr__(self) -> str:
        """Sem valores."""
        return "<LiveSettings>"

    def current(self) -> Settings:
        """A que vale agora."""
        return self._current

    def follow(self, apply: Follow) -> None:
        """Chama `apply` já, e a cada troca.

        Raises:
            MisconfiguredError: `apply` recusa a que vale.
        """
        apply(self._current)
        self._followers.append(apply)

    def of(self, part: Callable[[Settings], T]) -> Callable[[], T]:
        """`part` da que vale agora, feita uma vez por troca.

        Raises:
            MisconfiguredError: `part` não se faz com a que vale.
        """
        made: list[T] = []

        def apply(settings: Settings) -> None:
            made[:] = [part(settings)]

        self.follow(apply)
        return lambda: made[0]

    def replace(self, settings: Settings) -> None:
        """Passa a valer `settings`, para todos.

        Raises:
            MisconfiguredError: alguém a recusa; para todos vale a de antes.
        """
        told: list[Follow] = []
        try:
            for apply in self._followers:
                told.append(apply)
                apply(settings)
        except MisconfiguredError:
            for apply in told:
                apply(self._current)
            raise
        self._current = settings
