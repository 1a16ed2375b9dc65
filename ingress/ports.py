"""De que a entrada precisa? De quem guarde o que chegou, saiba de quem é, e conte o que houve."""

from collections.abc import Sequence
from typing import Literal, Protocol

from pyloto_stream.errors import TransientError
from pyloto_stream.streams.model import Item, Settlement, Unreadable

Offer = Item | Unreadable | Settlement
UpdateKind = Literal["message", "status", "echo", "call", "preference", "notice", "standby", "unreadable"]
UpdateResult = Literal["new", "duplicate"]


class Readiness(Protocol):
    """Quem sabe dizer se o processo conseguiria trabalhar agora."""

    async def ready(self) -> bool:
        """Trabalharia agora?"""


class Acceptance(Readiness, Protocol):
    """O executor, visto da entrada."""

    async def accept_each(
        self, groups: Sequence[Sequence[Offer]]
    ) -> Sequence[Sequence[bool] | TransientError]:
        """Guarda cada grupo inteiro; na ordem das ofertas, `True` = novo, `False` = duplicado.

        De um grupo que não se guardou, a causa. Code `redis_unavailable`, `backlog_full` ou `memory_full`:
        oferecê-lo todo de novo. `another_person`: a conversa que se supôs (`Item.names`) é outra; perguntar
        qual à tabela de apelidos, e só então oferecer.
        """


Names = tuple[str, ...]
"""Os nomes de uma pessoa (`user_key` de cada identidade), do mais forte ao mais fraco."""


class Aliases(Protocol):
    """Quem sabe de quem é um nome; ver `streams/aliases.py`."""

    @property
    def confirms(self) -> bool:
        """Quem guarda confirma, na mesma ida, de quem são os nomes que vão com um evento (`Item.names`)?"""

    async def resolve(self, people: Sequence[Names]) -> list[str]:
        """A `user_key` de cada pessoa, na ordem.

        Raises:
            TransientError: não se soube; repetir é seguro.
        """

    async def move(self, old: Names, new: Names, *, left: str | None = None) -> str:
        """A pessoa de `old` passa a usar `new` e deixa o telefone `left`; devolve a chave dela.

        Raises:
            TransientError: não se soube; repetir é seguro.
        """


class IngressMetrics(Protocol):
    """O que a entrada conta. Rótulos são enumerações ou rotas declaradas: nunca dados pessoais."""

    def requests(self, route: str, status: int, seconds: Sequence[float]) -> None:
        """Requisições com este fim; quanto levou cada uma. `route` é o modelo da rota, ou `unmatched`."""

    def update(self, kind: UpdateKind, result: UpdateResult, n: int = 1) -> None:
        """`n` partes de webhooks foram guardadas, ou já o tinham sido."""
