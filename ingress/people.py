"""De que pessoas fala um webhook, e com que chaves? Só os valores; quem as acha é `identities.py`."""

from collections.abc import Mapping
from typing import Protocol

import msgspec

from ingress.ports import Names
from pyloto_stream.whatsapp.identity import Person, user_key
from pyloto_stream.whatsapp.webhook import Batch


class FromSomebody(Protocol):
    """O que, num webhook, é de uma pessoa."""

    @property
    def person(self) -> Person:
        """De quem."""


class Place(msgspec.Struct, frozen=True, gc=False):
    """A chave de uma pessoa, e a que estes ids teriam se fossem novos; vazia se é a mesma.

    Quem escreveu antes da notícia da troca de número, ou de os seus ids virem juntos, esteve nessa outra.
    `names`: a chave é suposição, e estes são os nomes que a confirmam (`Item.names`).
    `since`: quando se supôs, em segundos de `monotonic`.
    """

    key: str
    former: str = ""
    names: Names = ()
    since: float = 0.0


class Keys(msgspec.Struct, frozen=True, gc=False):
    """As chaves de tudo o que há num webhook."""

    pepper: bytes
    people: Mapping[Person, Place]

    def identities(self) -> list[str]:
        """As identidades de todas as pessoas."""
        return [identity for person in self.people for identity in person.identities()]

    def of(self, person: Person) -> str:
        """A chave da conversa de uma pessoa do webhook."""
        return self.people[person].key

    def of_thing(self, name: str) -> str:
        """A chave do que não é de pessoa nenhuma (`account:…`, `message:…`)."""
        return user_key(self.pepper, name)

    def veiled(self, key: str) -> str:
        """Chave de deduplicação feita do que se adivinha (telefone, instante): só a pimenta a confirma."""
        return user_key(self.pepper, key)


def ids_of(batch: Batch) -> set[str]:
    """As identidades de todas as pessoas de um webhook, também as novas de quem trocou de número."""
    moved = [message.moved_to for message in batch.messages if message.moved_to is not None]
    return {identity for person in (*people_of(batch), *moved) for identity in person.identities()}


def people_of(batch: Batch) -> list[Person]:
    """As pessoas das partes de um webhook, na ordem, menos as que a Meta não mostra."""
    parts: list[FromSomebody] = [*batch.messages, *batch.statuses, *batch.echoes]
    parts += [*batch.calls, *batch.preferences]
    return [part.person for part in parts if part.person.address]
