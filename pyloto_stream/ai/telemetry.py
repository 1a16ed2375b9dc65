"""O que se conta do modelo, sem nada de pessoal? Um porto: quem o implementa separa números de logs."""

from typing import Protocol


class ModelTelemetry(Protocol):
    """Quem conta o que houve com o modelo; nada do que recebe é pessoal."""

    def model_called(self, result: str, seconds: float) -> None:
        """Uma chamada terminou em `result` (`ok` ou um código de `ModelError`)."""

    def model_tokens(self, tokens_in: int, tokens_out: int) -> None:
        """O que uma chamada consumiu."""

    def model_fell_back(self, part: str, reason: str) -> None:
        """As regras falaram no lugar do modelo: em tudo (`whole`) ou numa parte."""

    def model_cached(self) -> None:
        """Uma resposta guardada poupou uma chamada."""

    def reply_stopped(self, reason: str) -> None:
        """A guarda barrou uma resposta proposta."""

    def model_down(self, code: str) -> None:
        """Começou uma queda."""

    def model_back(self, seconds: float) -> None:
        """A queda terminou."""
