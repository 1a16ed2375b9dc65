"""O que têm em comum as partes de um trabalhador? O que se faz, em nome de quem, com que prazos."""

import asyncio
from typing import TYPE_CHECKING

from pyloto_stream.streams.downtime import Downtime

if TYPE_CHECKING:
    from pyloto_stream.streams.breaker import Breaker
    from pyloto_stream.streams.gateway import Gateway
    from pyloto_stream.streams.quarantine import Quarantine
    from pyloto_stream.streams.settle_batch import BatchSettler
    from pyloto_stream.streams.stage import WorkerOptions
    from pyloto_stream.streams.telemetry import Telemetry


class Duty:
    """A etapa, o nome, os prazos, quem decide e quem conta."""

    __slots__ = (
        "breaker", "consumer", "downtime", "gateway", "in_hand", "options", "quarantine", "room", "settler",
        "stage", "telemetry",
    )  # fmt: skip

    def __init__(
        self,
        gateway: "Gateway",
        stage: str,
        consumer: str,
        options: "WorkerOptions",
        settler: "BatchSettler",
        breaker: "Breaker",
        quarantine: "Quarantine",
        telemetry: "Telemetry",
    ) -> None:
        self.gateway = gateway
        self.stage = stage
        self.consumer = consumer
        self.options = options
        self.settler = settler
        self.breaker = breaker
        self.quarantine = quarantine
        self.telemetry = telemetry
        self.downtime = Downtime(stage, telemetry)
        self.in_hand = 0
        self.room = asyncio.Event()
        """Armado quando algo sai das mãos de alguma parte."""
