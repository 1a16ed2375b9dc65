"""O que se sabe de um corpo antes de o guardar? Só os valores; quem os faz e guarda é `taking.py`."""

import msgspec

from ingress.line import Turn
from ingress.people import Keys
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
