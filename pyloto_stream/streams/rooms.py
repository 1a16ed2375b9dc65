"""Quando se conta o que espera numa partição? Quando se gastou a parte do que cabia, dada na última conta.

Contar custa ao Redis uma leitura por etapa; contar a cada evento, um terço dos comandos da entrada. Promete:
cada processo passa do limite em no máximo 1/`SHARE` dele. Perto do cheio a parte é zero e conta-se sempre:
cheio, a recusa é exata, e quem conta não deixa passar quem vem atrás na mesma ida (`accept.lua`).
"""

SHARE = 64
"""Que fração do que cabe entra sem contar de novo: os processos não sabem uns dos outros."""


class Rooms:
    """Quantos eventos novos este processo ainda oferece a cada partição sem a fazer contar."""

    def __init__(self, partitions: int) -> None:
        self._granted = [0] * partitions

    def must_count(self, partition: int) -> bool:
        """O próximo evento tem de contar? Se não, gasta um dos dados, ainda que venha a ser um duplicado."""
        granted = self._granted[partition]
        if not granted:
            return True
        self._granted[partition] = granted - 1
        return False

    def counted(self, partition: int, left: int) -> None:
        """Contou-se: cabiam ainda `left` (nunca se soma ao que restava do que antes se deu)."""
        self._granted[partition] = left // SHARE
