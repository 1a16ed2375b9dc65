"""Quando a Meta contou o que houve com cada resposta, e o sistema disse que ouviu?"""

import re

from pyloto_stream.simulator.delivery import Delivery, WebhookSender
from pyloto_stream.simulator.envelopes import Change

_REPLY = re.compile(rb'"biz_opaque_callback_data":\s*"([^"]+)"')


class Told:
    """Anota as entregas de `sender`, sem mudar nada nelas."""

    def __init__(self, sender: WebhookSender) -> None:
        self._deliveries: list[Delivery] = []
        begin = sender._begin

        def recorded(values: list[Change], wait_ms: int = 0) -> Delivery:
            delivery = begin(values, wait_ms)
            self._deliveries.append(delivery)
            return delivery

        sender._begin = recorded  # type: ignore[method-assign] # a Meta local é a mesma; só se anota

    @property
    def at_s(self) -> dict[str, float]:
        """Por resposta, quando o primeiro status teve o seu 200, no relógio da Meta local."""
        told: dict[str, float] = {}
        for delivery in self._deliveries:
            if not delivery.attempts or delivery.attempts[-1].status != 200:
                continue
            taken_s = delivery.attempts[-1].started_s + delivery.attempts[-1].took_ms / 1000
            for name in _REPLY.findall(delivery.body):
                told[name.decode()] = min(taken_s, told.get(name.decode(), taken_s))
        return told
