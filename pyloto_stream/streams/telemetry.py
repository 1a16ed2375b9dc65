"""O que o executor conta a quem observa? Números e nomes de etapa, nunca conteúdo."""

from typing import Protocol


class Telemetry(Protocol):
    """Recebe os fatos do executor; quem implementa não pode levantar exceções nem bloquear."""

    def read(self, stage: str, n: int) -> None:
        """`n` entradas novas lidas."""

    def handled(self, stage: str, seconds: float) -> None:
        """Uma decisão levou `seconds`."""

    def committed(self, stage: str, n: int) -> None:
        """`n` planos aplicados."""

    def fenced(self, stage: str, n: int) -> None:
        """`n` planos descartados: outro já havia concluído."""

    def bug(self, stage: str, error: Exception) -> None:
        """Uma decisão levantou o que não está previsto; o que fazer com ela é relatado à parte."""

    def retried(self, stage: str, code: str) -> None:
        """Uma falha será repetida."""

    def snoozed(self, stage: str) -> None:
        """Um turno foi adiado sem contar tentativa."""

    def buried(self, stage: str, code: str) -> None:
        """Um token foi para a fila de mortos."""

    def claimed(self, stage: str, n: int) -> None:
        """`n` entradas abandonadas por outros foram assumidas."""

    def lost(self, stage: str, n: int) -> None:
        """`n` entradas em mãos já não são nossas."""

    def reader_down(self, stage: str, code: str) -> None:
        """A leitura parou de funcionar (chamado uma vez por interrupção)."""

    def reader_up(self, stage: str, seconds: float) -> None:
        """A leitura voltou depois de `seconds`."""

    def breaker_opened(self, stage: str, code: str) -> None:
        """Uma dependência da etapa caiu, pelo motivo `code`: a leitura para (uma vez por queda)."""

    def breaker_closed(self, stage: str, seconds: float) -> None:
        """A dependência voltou depois de `seconds`."""

    def stuck(self, n: int) -> None:
        """`n` temporizadores ou tokens estacionados não se deixaram devolver ao trabalho; tenta-se depois."""


class Silence:
    """Telemetria que não conta a ninguém."""

    def read(self, stage: str, n: int) -> None:
        """Ignora."""

    def handled(self, stage: str, seconds: float) -> None:
        """Ignora."""

    def committed(self, stage: str, n: int) -> None:
        """Ignora."""

    def fenced(self, stage: str, n: int) -> None:
        """Ignora."""

    def bug(self, stage: str, error: Exception) -> None:
        """Ignora."""

    def retried(self, stage: str, code: str) -> None:
        """Ignora."""

    def snoozed(self, stage: str) -> None:
        """Ignora."""

    def buried(self, stage: str, code: str) -> None:
        """Ignora."""

    def claimed(self, stage: str, n: int) -> None:
        """Ignora."""

    def lost(self, stage: str, n: int) -> None:
        """Ignora."""

    def reader_down(self, stage: str, code: str) -> None:
        """Ignora."""

    def reader_up(self, stage: str, seconds: float) -> None:
        """Ignora."""

    def breaker_opened(self, stage: str, code: str) -> None:
        """Ignora."""

    def breaker_closed(self, stage: str, seconds: float) -> None:
        """Ignora."""

    def stuck(self, n: int) -> None:
        """Ignora."""
