"""A leitura está parada? Uma interrupção só, por mais partes que parem e voltem, contada do começo ao fim."""

import time

from pyloto_stream.streams.telemetry import Telemetry


class Downtime:
    """Quem não consegue ler, de uma etapa."""

    def __init__(self, stage: str, telemetry: Telemetry) -> None:
        self._stage = stage
        self._telemetry = telemetry
        self._down: set[object] = set()
        self._since = 0.0

    def began(self, who: object, code: str) -> None:
        """`who` não leu, pelo motivo `code`; só o primeiro de todos é notícia."""
        if not self._down:
            self._since = time.monotonic()
            self._telemetry.reader_down(self._stage, code)
        self._down.add(who)

    def ended(self, who: object) -> None:
        """`who` leu; o último de todos a voltar diz quanto durou."""
        if who not in self._down:
            return
        self._down.discard(who)
        if not self._down:
            self._telemetry.reader_up(self._stage, time.monotonic() - self._since)
