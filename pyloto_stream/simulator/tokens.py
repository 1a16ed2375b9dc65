"""Que tokens abrem a Graph local? Os da configuração e os que ela mesma emite, até serem revogados.

Promete: um token trocado por outro continua valendo até `revoke`, como na Meta. Limite: os emitidos valem 60
dias no relógio do simulador.
"""

from secrets import compare_digest, token_urlsafe

from pyloto_stream.clock import Clock
from pyloto_stream.simulator.config import SimulatorConfig

LONG_LIFE_MS = 60 * 24 * 60 * 60_000


class Tokens:
    """Os tokens de acesso em vigor."""

    def __init__(self, config: SimulatorConfig, clock: Clock) -> None:
        self._clock = clock
        self._expires_ms: dict[str, int] = {config.access_token: 0}
        self._numbers: dict[str, str] = {}
        for number in config.numbers:
            if number.access_token:
                self._expires_ms[number.access_token] = 0
                self._numbers[number.access_token] = number.phone_number_id
        self._app = f"{config.app_id}|{config.app_secret}"

    def valid(self, token: str) -> bool:
        """O token vale agora?"""
        expires_ms = self._expires_ms.get(token)
        return expires_ms is not None and (expires_ms == 0 or self._clock() < expires_ms)

    def serves(self, token: str, number: str) -> bool:
        """O token pode falar por esse número? O de um número só fala por ele, e só ele."""
        owned = number in self._numbers.values()
        return self._numbers.get(token) == number if owned else token not in self._numbers

    def issue(self) -> tuple[str, int]:
        """Emite um token de vida longa; devolve-o e quantos segundos vale."""
        token = "EAA" + token_urlsafe(48)
        self._expires_ms[token] = self._clock() + LONG_LIFE_MS
        return token, LONG_LIFE_MS // 1000

    def revoke(self, token: str) -> None:
        """O token deixa de valer."""
        self._expires_ms.pop(token, None)

    def expires_at_s(self, token: str) -> int:
        """Quando vence, em segundos; 0 se nunca."""
        return self._expires_ms.get(token, 0) // 1000

    def is_app(self, token: str) -> bool:
        """É o token do próprio aplicativo (`ID|SEGREDO`)?"""
        return compare_digest(token.encode(), self._app.encode())
