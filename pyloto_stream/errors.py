"""Que falhas existem, e o que o executor faz com cada uma?

Toda falha prevista é uma das classes abaixo e leva um `code` estável; ninguém interpreta mensagens.
Mensagens nunca contêm dados pessoais, segredos ou o conteúdo de uma mensagem.
"""


class PylotoError(Exception):
    """Raiz da hierarquia. `code` é estável e vai para métricas, registros e filas de mortos."""

    code = "pyloto_error"

    def __init__(self, message: str = "", *, code: str | None = None) -> None:
        super().__init__(message or code or self.code)
        if code is not None:
            self.code = code


class TransientError(PylotoError):
    """Pode dar certo mais tarde: repetir com espera crescente.

    `retry_after_ms` é o mínimo pedido por quem recusou; 0 deixa a escolha com o executor.
    """

    code = "transient"

    def __init__(self, message: str = "", *, code: str | None = None, retry_after_ms: int = 0) -> None:
        super().__init__(message, code=code)
        self.retry_after_ms = retry_after_ms


class UnavailableError(TransientError):
    """Uma dependência está fora do ar: o item espera sem contar tentativa e nunca é enterrado por isso."""

    code = "unavailable"


class OverloadedError(UnavailableError):
    """A dependência vive, mas pede que se vá mais devagar: como fora do ar, sem que ninguém mais pare."""

    code = "overloaded"


class PermanentError(PylotoError):
    """Nunca dará certo assim: vai direto para a fila de mortos da etapa."""

    code = "permanent"


class InDoubtError(PylotoError):
    """Um efeito externo pode ou não ter acontecido: só quem conhece o livro de envios decide."""

    code = "in_doubt"


class LostError(PylotoError):
    """Outro trabalhador já concluiu ou assumiu este item: o que temos em mãos é descartado."""

    code = "lost"


class MisconfiguredError(PylotoError):
    """O processo não pode iniciar assim. `problems`: uma linha cada, com nome de variável e sem valor."""

    code = "misconfigured"

    def __init__(self, *problems: str) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class NoDeploymentError(MisconfiguredError):
    """Nada nosso foi iniciado ainda neste Redis, ou alguém apagou tudo."""

    code = "no_deployment"
