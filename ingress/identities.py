"""De quem é cada parte de um webhook? Da pessoa que a tabela de apelidos diz, lembrada por pouco tempo.

Promete: os ids que a Meta mostra juntos ficam sendo da mesma pessoa; uma troca de número vale antes de tudo o
que veio com ela. Limite: outra entrada pode juntar ou mover alguém, e aqui isso se nota em até `MEMORY_S`.
O que se supõe (`supposed`) só vale depois de confirmado por quem guarda.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence

from ingress.people import Keys, Place, people_of
from ingress.ports import Aliases, Names
from pyloto_stream.whatsapp.identity import Person, user_key
from pyloto_stream.whatsapp.webhook import Batch

MEMORY_S = 60.0
MEMORY_SIZE = 100_000
"""Identidades lembradas; cada uma ocupa uns 400 bytes."""


class NoAliases:
    """Sem tabela: cada pessoa tem o nome do seu id mais fraco, e nada junta os outros."""

    confirms = False

    async def resolve(self, people: Sequence[Names]) -> list[str]:
        """Ver `Aliases`."""
        return [names[-1] for names in people]

    async def move(self, old: Names, new: Names, *, left: str | None = None) -> str:  # noqa: ARG002 - sem memória
        """Ver `Aliases`."""
        return old[-1]


class Identities:
    """As pessoas que este processo viu há pouco, sobre a tabela que todos dividem."""

    def __init__(self, pepper: bytes, aliases: Aliases, clock: Callable[[], float] = time.monotonic) -> None:
        self._pepper = pepper
        self._aliases = aliases
        self._clock = clock
        self._seen = OrderedDict[str, tuple[Place, float]]()  # num `dict` cheio, achar o mais antigo é caro

    async def keys_of(self, batch: Batch) -> Keys:
        """A chave de cada pessoa de `batch`; trocas de número primeiro, o resto numa só ida à tabela.

        Raises:
            TransientError: a tabela não respondeu; repetir tudo é seguro.
        """
        (keys,) = await self.keys_of_each([batch])
        return keys

    def place(self, person: Person) -> Place | None:
        """Onde fica `person`: o que se lembra ou, de quem é novo aqui, se supõe; `None`: pergunte-se antes.

        Supõe-se que ninguém o conhece por outro nome: quase sempre é assim. Só para quem não vem atrás de
        ninguém: enganado, é oferecido outra vez, e quem entrou nesse meio passou à frente.
        """
        now = self._clock()
        place = self._remembered(person, now)
        if place is not None:
            return None if place.former else place
        if not self._aliases.confirms or not person.address:
            return None
        names = self._names(person)
        return Place(names[-1], names=names, since=now)

    def remembered(self, batch: Batch) -> Keys | None:
        """As chaves, se todas se sabem sem perguntar nada, nem à tabela, nem por um nome anterior."""
        for message in batch.messages:
            if message.moved_to is not None:
                return None
        found: dict[Person, Place] = {}
        now = self._clock()
        for person in people_of(batch):
            place = self._remembered(person, now)
            if place is None or place.former:
                return None
            found[person] = place
        return Keys(self._pepper, found)

    def supposed(self, batch: Batch) -> Keys | None:
        """As chaves que se supõem de uma só mensagem de quem é novo aqui (ver `place`)."""
        if batch.size > 1 or not batch.messages:
            return None
        (message,) = batch.messages
        place = None if message.moved_to is not None else self.place(message.person)
        return Keys(self._pepper, {message.person: place}) if place is not None and place.names else None

    def confirmed(self, person: Person, place: Place) -> None:
        """O que se supôs de `person` é assim: lembra-se, com a idade da suposição."""
        self._remember(person, place.names, place.key, place.since)

    async def keys_of_each(self, batches: Sequence[Batch]) -> list[Keys]:
        """As de cada webhook; juntos, salvo se um traz uma troca de número, que vale só a partir dele.

        Raises:
            TransientError: a tabela não respondeu; repetir tudo é seguro.
        """
        if any(message.moved_to is not None for batch in batches for message in batch.messages):
            return [Keys(self._pepper, await self._found(batch)) for batch in batches]
        return [Keys(self._pepper, await self._found(*batches))] * len(batches)

    async def _found(self, *batches: Batch) -> dict[Person, Place]:
        now = self._clock()
        found: dict[Person, Place] = {}
        moved: dict[str, str] = {}
        for message in (message for batch in batches for message in batch.messages):
            if message.moved_to is not None:
                key = await self._move(message.person, message.moved_to, now)
                moved |= dict.fromkeys(message.person.identities(), key)
        asked = []
        for person in dict.fromkeys(person for batch in batches for person in people_of(batch)):
            # quem vem, no mesmo webhook, só com ids que alguém deixou é esse alguém, e não quem os herdar
            left = {moved.get(identity, "") for identity in person.identities()} if moved else ()
            if len(left) == 1 and (key := next(iter(left))):
                found[person] = _place(self._names(person)[-1], key)
            elif place := self._remembered(person, now):
                found[person] = place
            else:
                asked.append(person)
        if asked:
            names = [self._names(person) for person in asked]
            keys = await self._aliases.resolve(names)
            for person, own, key in zip(asked, names, keys, strict=True):
                found[person] = self._remember(person, own, key, now)
        return found

    async def _move(self, old: Person, new: Person, now: float) -> str:
        names, after = self._names(old), self._names(new)
        key = await self._aliases.move(names, after, left=names[-1] if old.phone else "")
        # quem vier pelo telefone deixado é outra pessoa: só a tabela sabe
        for identity in old.identities():
            self._seen.pop(identity, None)
        return self._remember(new, after, key, now).key

    def _names(self, person: Person) -> Names:
        return tuple(user_key(self._pepper, identity) for identity in person.identities())

    def _remembered(self, person: Person, now: float) -> Place | None:
        """Onde ela fica, se todos os ids são sabidamente da mesma pessoa; `None` se é preciso perguntar."""
        place = None
        for identity in person.identities():
            seen = self._seen.get(identity)
            if seen is None or seen[1] <= now or (place is not None and place.key != seen[0].key):
                return None
            place = seen[0]
        return place

    def _remember(self, person: Person, names: Names, key: str, asked_at: float) -> Place:
        for identity, name in zip(person.identities(), names, strict=True):
            place = _place(name, key)
            self._seen[identity] = place, asked_at + MEMORY_S
            self._seen.move_to_end(identity)
        while len(self._seen) > MEMORY_SIZE:
            self._seen.popitem(last=False)
        return place


def _place(weakest: str, key: str) -> Place:
    return Place(key, "" if weakest == key else weakest)
