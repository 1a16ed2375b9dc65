"""O que liga uma pessoa virtual à empresa? A linha: número, relógios e a fila de webhooks."""

import msgspec

from pyloto_stream.clock import Clock
from pyloto_stream.simulator.chores import Chores
from pyloto_stream.simulator.config import Pace
from pyloto_stream.simulator.delivery import Monotonic, WebhookSender
from pyloto_stream.simulator.envelopes import Number
from pyloto_stream.simulator.rates import Meters
from pyloto_stream.simulator.vault import MediaVault


class Line(msgspec.Struct, frozen=True):
    """Partes vivas que pessoas, status e Graph dividem."""

    number: Number
    pace: Pace
    sender: WebhookSender
    chores: Chores
    clock: Clock
    monotonic: Monotonic
    media: MediaVault
    meters: Meters

    def timestamp(self) -> str:
        """Agora, em segundos, como texto: a forma da Meta."""
        return str(self.clock() // 1000)
