"""O que uma entrega do simulador leva? O `value` da sua mudança e os itens dentro dele."""

import msgspec

from pyloto_stream.simulator.delivery import Delivery

Json = dict[str, object]


def value(delivery: Delivery) -> Json:
    """O `value` da única mudança."""
    (change,) = delivery.values
    return change.value


def item(delivery: Delivery, key: str) -> Json:
    """O único item da lista `key`."""
    (found,) = msgspec.convert(value(delivery)[key], list[Json])
    return found


def message(delivery: Delivery) -> Json:
    """A única mensagem."""
    return item(delivery, "messages")
