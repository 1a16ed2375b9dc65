"""Com qual dos números da empresa se fala? Um balcão por número, cada um com a sua gente."""

import msgspec

from pyloto_stream.simulator.config import SimulatorConfig
from pyloto_stream.simulator.envelopes import Number
from pyloto_stream.simulator.line import Line
from pyloto_stream.simulator.registry import Registry


class Desk(msgspec.Struct, frozen=True):
    """Um número e as pessoas que falam com ele."""

    line: Line
    people: Registry


class Desks:
    """Os balcões, por `phone_number_id`; o primeiro é o de sempre."""

    def __init__(self, config: SimulatorConfig, line: Line) -> None:
        self._all: dict[str, Desk] = {}
        for each in config.all_numbers():
            number = Number(config.waba_id, each.phone_number_id, each.display_phone_number)
            own = msgspec.structs.replace(line, number=number)
            self._all[each.phone_number_id] = Desk(own, Registry(own, config.first_person))
        self.main = self._all[config.phone_number_id]

    def find(self, phone_number_id: str) -> Desk | None:
        """O balcão desse número; vazio é o de sempre."""
        return self._all.get(phone_number_id) if phone_number_id else self.main

    def numbers(self) -> frozenset[str]:
        """Os ids de todos os números."""
        return frozenset(self._all)
