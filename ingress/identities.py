"""De quem é cada parte de um webhook? Da pessoa que a tabela de apelidos diz, lembrada por pouco tempo.

Promete: os ids que a Meta mostra juntos ficam sendo da mesma pessoa; uma troca de número vale antes de tudo o
que veio com ela. Limite: outra entrada pode juntar ou mover alguém, e aqui isso se nota em até `MEMORY_S`.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from pyloto_stream.whatsapp.identity import Person, user_key
from pyloto_stream.whatsapp.webhook import Batch

MEMORY_S = 60.0
MEMORY_SIZE = 100_000
"""Identidades lembradas; cada uma ocupa uns 200 bytes."""

Names = tuple[str, ...]
"""Os nomes de uma pessoa (`user_key` de cada identidade), do mais forte ao mais fraco."""


class Aliases(Protocol):
    """Quem sabe de quem é um nome; ver `streams/aliases.py`."""

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


class FromSomebody(Protocol):
    """O que, num webhook, é de uma pessoa."""

    @property
    def person(self) -> Person:
        """De quem."""


class NoAliases:
    """Sem tabela: cada pessoa tem o nome do seu id mais fraco, e nada junta os outros."""

    async def resolve(self, people: Sequence[Names]) -> list[str]:
        """Ver `Aliases`."""
        return [names[-1] for names in people]

    async def move(self, old: Names, new: Names, *, left: str | None = None) -> str:  # noqa: ARG002 - sem memória
        """Ver `Aliases`."""
        return old[-1]


class Keys(NamedTuple):
    """As chaves de tudo o que há num webhook."""

    pepper: bytes
    people: Mapping[Person, str]

    def of(self, person: Person) -> str:
        """A chave da conversa de uma pessoa do webhook."""
        return self.people[person]

    def of_thing(self, name: str) -> str:
        """A chave do que não é de pessoa nenhuma (`account:…`, `message:…`)."""
        return user_key(self.pepper, name)


class Identities:
    """As pessoas que este processo viu há pouco, sobre a tabela que todos dividem."""

    def __init__(self, pepper: bytes, aliases: Aliases, clock: Callable[[], float] = time.monotonic) -> None:
        self._pepper = pepper
        self._aliases = aliases
        self._clock = clock
        self._seen: dict[str, tuple[str, float]] = {}

    async def keys_of(self, batch: Batch) -> Keys:
        """A chave de cada pessoa de `batch`; trocas de número primeiro, o resto numa só ida à tabela.

        Raises:
            TransientError: a tabela não respondeu; repetir tudo é seguro.
        """
        found: dict[Person, str] = {}
        for message in batch.messages:
            if message.moved_to is not None:
                found[message.person] = await self._move(message.person, message.moved_to)
        asked = []
        for person in dict.fromkeys(_people(batch)):
            if person not in found:
                key = self._remembered(person)
                if key:
                    found[person] = key
                else:
                    asked.append(person)
        if asked:
            keys = await self._aliases.resolve([self._names(person) for person in asked])
            for person, key in zip(asked, keys, strict=True):
                found[person] = key
                self._remember(person, key)
        return Keys(self._pepper, found)

    async def _move(self, old: Person, new: Person) -> str:
        names = self._names(old)
        key = await self._aliases.move(names, self._names(new), left=names[-1] if old.phone else "")
        # quem vier pelo telefone deixado é outra pessoa: só a tabela sabe
        for identity in old.identities():
            self._seen.pop(identity, None)
        self._remember(new, key)
        return key

    def _names(self, person: Person) -> Names:
        return tuple(user_key(self._pepper, identity) for identity in person.identities())

    def _remembered(self, person: Person) -> str:
        """A chave, se todos os ids são sabidamente da mesma pessoa; vazia se é preciso perguntar."""
        now = self._clock()
        known = [self._seen.get(identity, ("", 0.0)) for identity in person.identities()]
        same = {key if until > now else "" for key, until in known}
        return same.pop() if len(same) == 1 else ""

    def _remember(self, person: Person, key: str) -> None:
        until = self._clock() + MEMORY_S
        for identity in person.identities():
            self._seen.pop(identity, None)
            self._seen[identity] = key, until
        while len(self._seen) > MEMORY_SIZE:
            del self._seen[next(iter(self._seen))]


def _people(batch: Batch) -> Iterator[Person]:
    groups: tuple[Iterable[FromSomebody], ...] = (
        batch.messages, batch.statuses, batch.echoes, batch.calls, batch.preferences,
    )  # fmt: skip
    for group in groups:
        for part in group:
            if part.person.address:
                yield part.person
