"""O que se sabe de um corpo antes de o guardar? Só os valores; fazem-nos `taking.py` e `plain.py`."""

from typing import ClassVar

import msgspec

from ingress.line import Turn
from ingress.people import Keys, Place
from pyloto_stream.streams.model import Item
from pyloto_stream.whatsapp.identity import Person
from pyloto_stream.whatsapp.webhook import Batch


class Proven(msgspec.Struct, frozen=True, gc=False):
    """Um corpo inteiro que a Meta assinou, e o id de correlação do pedido que o trouxe."""

    body: bytes
    correlation_id: str


class Opened(msgspec.Struct, frozen=True):
    """Um corpo lido. `keys`: `None` se não se sabem todas, ou se espera por alguém; então `turn` é a sua vez.

    `supposed`: as que se supõem de quem não espera por ninguém, e se oferecem sem perguntar antes.
    """

    proven: Proven
    batch: Batch
    keys: Keys | None
    turn: Turn | None = None
    supposed: Keys | None = None

    @property
    def size(self) -> int:
        """Quantas partes traz."""
        return self.batch.size


class Ready(msgspec.Struct, frozen=True, gc=False):
    """Um corpo só com um texto, de `person`, sem ninguém à frente na fila; `item` é a oferta, já pronta.

    `number`: o nosso número a que chegou (`phone_number_id`). `turn`: só se `place` é suposição.
    """

    proven: Proven
    person: Person
    number: str
    place: Place
    item: Item
    turn: Turn | None = None
    size: ClassVar[int] = 1

    @property
    def supposed(self) -> bool:
        """A conversa é suposição?"""
        return bool(self.place.names)
