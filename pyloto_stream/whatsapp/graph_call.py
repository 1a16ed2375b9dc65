"""Que chamada se faz à Graph API, fora o envio, e o que quer dizer a resposta? O pedido e o veredito.

Promete: as mesmas classes de falha do envio (`graph_errors.py`). Resposta perdida é dúvida só no que não se
pode repetir; em leitura ou exclusão é a Graph fora do ar, ou um tropeço. Nem pedido nem falha mostram token,
parâmetros ou corpo. Limite: quem chama diz o `path`; só a forma dele é conferida.
"""

import re
from collections.abc import Mapping
from typing import Literal

import msgspec

from pyloto_stream.errors import PermanentError
from pyloto_stream.whatsapp.error_codes import ErrorClass
from pyloto_stream.whatsapp.graph_answer import Answer, Silence, judge
from pyloto_stream.whatsapp.graph_errors import (
    DependencyDownError,
    GraphError,
    GraphInDoubtError,
    GraphRefusedError,
    GraphTransientError,
)

MAX_ANSWER_BYTES = 4 * 1024 * 1024
"""Teto do corpo de uma resposta: uma página de modelos tem centenas de KiB."""

_PATH = re.compile(r"[A-Za-z0-9_-]{1,128}(?:/[A-Za-z0-9_-]{1,128}){0,4}", re.ASCII)
_MISSING = frozenset({404, 405, 410})
"""Fora do envio, isto fala do objeto pedido, e não da conta."""
_DOWN = frozenset({502, 503, 504})


class Call(msgspec.Struct, frozen=True):
    """Uma chamada a `{base}/{versão}/{path}`; `endpoint` é o rótulo nas métricas.

    `body`: JSON pronto; `form`: campos de formulário, no lugar dele. `number` escolhe o token;
    `token`, se há, vale no lugar (o de aplicativo é `id|segredo`).
    """

    method: Literal["GET", "POST", "DELETE"]
    path: str
    endpoint: str
    query: Mapping[str, str] = {}
    body: bytes = b""
    form: Mapping[str, str] | None = None
    number: str = ""
    token: str = ""

    def __repr__(self) -> str:
        """Só o método e o rótulo: o resto pode levar ids, segredos ou conteúdo."""
        return f"<Call {self.method} {self.endpoint}>"

    @property
    def repeatable(self) -> bool:
        """Repetir dá no mesmo?"""
        return self.method != "POST"

    @property
    def plain(self) -> bool:
        """É um POST de JSON, e nada mais?"""
        return self.method == "POST" and bool(self.body) and not self.query and not self.form


def check_call(call: Call) -> None:
    """Recusa o que não pode ser um caminho da Graph.

    Raises:
        PermanentError: code `invalid_graph_path`.
    """
    if not _PATH.fullmatch(call.path):
        raise PermanentError("graph path has an impossible form", code="invalid_graph_path")


def judge_call(answer: Answer | Silence, *, repeatable: bool) -> GraphError | None:
    """Decide o que houve com uma chamada que não é envio; `None`: a resposta 2xx veio inteira."""
    if isinstance(answer, Answer) and answer.graph_code is None:
        if 200 <= answer.status < 300 and answer.complete:
            return None
        if answer.status in _MISSING:
            text = f"no graph error body (http {answer.status})"
            fault = GraphRefusedError(text, code=f"graph_http_{answer.status}")
            return fault.about(0, ErrorClass.PERMANENT)
    plain = msgspec.structs.replace(answer, wamid="") if isinstance(answer, Answer) else answer
    verdict = judge(plain)
    if not isinstance(verdict, GraphError):  # sem wamid, `judge` nunca diz "enviado"
        raise TypeError("a call is not a send")
    return _repeated(answer, verdict) if repeatable else verdict


def _repeated(answer: Answer | Silence, verdict: GraphError) -> GraphError:
    """O mesmo veredito, sem dúvida: aqui a resposta perdida só precisa ser pedida de novo."""
    if not isinstance(verdict, GraphInDoubtError):
        return verdict
    if isinstance(answer, Silence):
        return DependencyDownError(str(verdict), code="graph_unreachable")
    code = f"graph_{answer.graph_code}" if answer.graph_code is not None else f"graph_http_{answer.status}"
    if answer.status in _DOWN:
        down = DependencyDownError(str(verdict), code=code, retry_after_ms=answer.retry_after_ms)
        return down.about(verdict.graph_code, ErrorClass.TRANSIENT, verdict.fbtrace_id)
    again = GraphTransientError(str(verdict), code=code, retry_after_ms=answer.retry_after_ms)
    return again.about(verdict.graph_code, ErrorClass.TRANSIENT, verdict.fbtrace_id)
