"""Como a etapa de envio distingue as falhas da Graph API? Uma classe por decisão possível.

Promete: toda falha leva `graph_code` (0 se não veio código), `kind` e `fbtrace_id`, e sua mensagem só tem
códigos e palavras fixas: nem token, nem telefone, nem texto, nem `details` da Meta.
"""

from typing import Self

from pyloto_stream.errors import InDoubtError, PermanentError, PylotoError, TransientError, UnavailableError
from pyloto_stream.whatsapp.error_codes import ErrorClass


class GraphError(PylotoError):
    """O que as falhas abaixo têm em comum; nunca é levantada sozinha.

    A herança dupla é de propósito: o executor olha a classe de `errors.py`, a etapa de envio olha esta.
    """

    graph_code: int = 0
    kind: ErrorClass = ErrorClass.TRANSIENT
    fbtrace_id: str = ""
    """Identificador que o suporte da Meta pede; opaco, sem dado pessoal; vazio se não veio."""

    def about(self, graph_code: int, kind: ErrorClass, fbtrace_id: str = "") -> Self:
        """Anota de que código da Meta se trata e devolve a própria falha."""
        self.graph_code = graph_code
        self.kind = kind
        self.fbtrace_id = fbtrace_id
        return self


class GraphTransientError(GraphError, TransientError):
    """Certamente não enviado; a Meta tropeçou nesta chamada: repetir."""


class ThrottledError(GraphError, TransientError):
    """Certamente não enviado, por pressa. `graph_code` 131056 é só com esta pessoa; outros, do número."""


class DependencyDownError(GraphError, UnavailableError):
    """Certamente não enviado, e não por causa da mensagem: Graph inalcançável, token, permissão ou conta."""


class GraphRefusedError(GraphError, PermanentError):
    """A Meta recusou esta mensagem para sempre."""


class WindowClosedError(GraphError, PermanentError):
    """Fora da janela de 24 horas: só um modelo aprovado."""


class GraphInDoubtError(GraphError, InDoubtError):
    """A Meta pode ou não ter aceito a mensagem: esperar um status com o nosso id antes de repetir."""

    code = "graph_in_doubt"
