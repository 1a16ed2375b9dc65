"""Onde achar uma pessoa? Por telefone (com ou sem o nono dígito), por id de escopo ou por mensagem sua."""

import re

from msgspec.structs import replace

from pyloto_stream.simulator.line import Line
from pyloto_stream.simulator.people import Person
from pyloto_stream.simulator.profiles import Profile

_NAMES = (
    "Ana", "Bruno", "Carla", "Diego", "Elisa", "Fábio", "Gabi", "Heitor", "Íris", "João", "Karina", "Lucas",
    "Marta", "Nelson", "Olívia", "Paulo",
)  # fmt: skip
_FICTIONAL = re.compile(r"551190000[0-9]{4}", re.ASCII)


def fictional(number: int) -> Profile:
    """A pessoa fictícia de número 1 a 9999: `55 11 90000-0001` em diante."""
    phone = f"551190000{number:04d}"
    return Profile(phone, _NAMES[(number - 1) % len(_NAMES)], user_id=f"BR.{phone[::-1]}")


class Registry:
    """Todas as pessoas do simulador, na ordem em que entraram."""

    def __init__(self, line: Line, first: int = 1) -> None:
        self._line = line
        self._first = first
        self._people: dict[str, Person] = {}
        self._scoped: dict[str, Person] = {}
        self._authors: dict[str, Person] = {}
        self._ever: set[str] = set()

    def add(self, profile: Profile) -> Person:
        """Põe uma pessoa nova; a que já existe com a mesma chave volta como está."""
        known = self._people.get(profile.key)
        if known is None:
            known = self._people[profile.key] = Person(profile, self._line, self._authors, self._moved)
            self._scoped[profile.user_id] = known
            self._ever |= {profile.wa_id, profile.user_id}
        return known

    def _moved(self, person: Person, old: Profile) -> None:
        self._people.pop(old.key, None)
        self._scoped.pop(old.user_id, None)
        self._people[person.profile.key] = person
        self._scoped[person.profile.user_id] = person
        self._ever |= {person.profile.wa_id, person.profile.user_id}

    def newcomer(self, *, hidden: bool = False) -> Person:
        """Uma pessoa fictícia, de ids que ninguém teve ainda; se `hidden`, só mostra o nome de usuário."""
        number = self._first
        while self._ever & {fictional(number).wa_id, fictional(number).user_id}:
            number = number % 9999 + 1
        profile = fictional(number)
        username = f"{profile.name.lower()}.{number:04d}"
        return self.add(replace(profile, wa_id="", username=username) if hidden else profile)

    def known(self, key: str) -> Person | None:
        """A pessoa de chave `key`; números fictícios passam a existir quando chamados."""
        if key not in self._people and _FICTIONAL.fullmatch(key) and not key.endswith("0000"):
            return self.add(fictional(int(key[-4:])))
        return self._people.get(key)

    def everyone(self) -> list[Person]:
        """Todas, na ordem de entrada."""
        return list(self._people.values())

    def recipient(self, to: str, scoped: str) -> Person | None:
        """Para quem é um envio. A Meta acerta o nono dígito de celulares brasileiros por conta própria."""
        if not to:
            return self._scoped.get(scoped)
        return self._people.get(to) or self._people.get(_other_form(to))

    def author(self, message_id: str) -> Person | None:
        """Quem escreveu a mensagem `message_id`."""
        return self._authors.get(message_id)


def _other_form(to: str) -> str:
    """O mesmo celular brasileiro com ou sem o nono dígito; outros números voltam como estão."""
    if re.fullmatch(r"55[0-9]{2}9[6-9][0-9]{7}", to, re.ASCII):
        return to[:4] + to[5:]
    if re.fullmatch(r"55[0-9]{2}[6-9][0-9]{7}", to, re.ASCII):
        return to[:4] + "9" + to[4:]
    return to
