"""A chamada à Graph API enviou a mensagem, não enviou, ou não se sabe? Uma decisão, num só lugar.

Promete: "não enviado" só quando é certo: nada foi escrito, ou a Meta recusou com HTTP 4xx ou com um código
que é recusa. O que pode ter passado é dúvida: silêncio depois da escrita, 2xx sem id, 5xx sem recusa clara.
Limite: uma conexão reaproveitada que cai antes da resposta é dúvida, ainda que a Meta nada tenha lido.
"""

import re
from collections.abc import Mapping

import msgspec

from pyloto_stream.whatsapp.error_codes import MINIMUM_WAIT_MS, ErrorClass, classify, lookup
from pyloto_stream.whatsapp.graph_body import said
from pyloto_stream.whatsapp.graph_errors import (
    DependencyDownError,
    GraphError,
    GraphInDoubtError,
    GraphRefusedError,
    GraphTransientError,
    ThrottledError,
    WindowClosedError,
)
from pyloto_stream.whatsapp.graph_usage import read_usage, retry_after_ms

MAX_BODY_BYTES = 64 * 1024
"""Uma resposta da Meta tem menos de 2 KiB; o resto de uma maior não é lido."""

_VERSION = re.compile(r"v[0-9]{1,3}\.[0-9]{1,3}", re.ASCII)

_OURS = frozenset({400, 413, 414, 422, 431})
"""Sem código da Graph, ainda dizem que o defeito está neste pedido."""


class Sent(msgspec.Struct, frozen=True):
    """A Meta aceitou (não quer dizer entregue). `wamid` é opaco, até 256 caracteres ou mais."""

    wamid: str


class Silence(msgspec.Struct, frozen=True):
    """Não houve resposta. `written`: o pedido pode ter saído; `quick`: vale tentar de novo já."""

    reason: str
    written: bool
    quick: bool = False
    status: int = 0
    graph_code: int | None = None


class Answer(msgspec.Struct, frozen=True):
    """A resposta, já lida. `graph_code` `None`: sem corpo de erro da Graph; `complete`: o corpo veio todo."""

    status: int
    complete: bool
    graph_code: int | None = None
    transient: bool = False
    fbtrace_id: str = ""
    wamid: str = ""
    success: bool = False
    retry_after_ms: int = 0
    regain_ms: int = 0
    usage_percent: int = 0
    version: str = ""
    """Versão da Graph que respondeu (`facebook-api-version`); vazia se não veio."""


def read_answer(status: int, headers: Mapping[str, str], body: bytes | None) -> Answer:
    """Lê uma resposta; `body` `None` diz que ela foi cortada ou passou de `MAX_BODY_BYTES`. Nunca falha."""
    found, usage, version = said(body or b""), read_usage(headers), headers.get("facebook-api-version", "")
    return Answer(
        status=status,
        complete=body is not None,
        graph_code=found.graph_code,
        transient=found.transient,
        fbtrace_id=found.fbtrace_id,
        wamid=found.wamid,
        success=found.success,
        retry_after_ms=retry_after_ms(headers.get("Retry-After", "")),
        regain_ms=usage.wait_ms,
        usage_percent=usage.percent,
        version=version if _VERSION.fullmatch(version) else "",
    )


def judge(answer: Answer | Silence) -> Sent | GraphError:
    """Decide o que houve com um envio; uma falha vem como valor, pronta para ser levantada."""
    if isinstance(answer, Silence):
        return _silent(answer)
    if 200 <= answer.status < 300 and answer.wamid:
        return Sent(answer.wamid)
    if answer.graph_code is None:
        return _by_status(answer)
    return _by_code(answer, answer.graph_code)


def _silent(silence: Silence) -> GraphError:
    text = f"no answer: {silence.reason}"
    if silence.written:
        return GraphInDoubtError(text)
    return DependencyDownError(text, code="graph_unreachable")


def _by_code(answer: Answer, graph_code: int) -> GraphError:
    """Com corpo de erro: decide o código; fora de 4xx, o passageiro e o desconhecido são dúvida."""
    refused = 400 <= answer.status < 500
    kind = classify(graph_code, transient=answer.transient or not refused)
    meaning = (lookup(graph_code) or (kind, "unknown code"))[1]
    text, code = f"graph {graph_code}: {meaning} (http {answer.status})", f"graph_{graph_code}"
    wait_ms = _wait_ms(answer, kind, graph_code)
    fault: GraphError
    match kind:
        case ErrorClass.TRANSIENT if not refused:
            fault = GraphInDoubtError(text)
        case ErrorClass.TRANSIENT:
            fault = GraphTransientError(text, code=code, retry_after_ms=wait_ms)
        case ErrorClass.THROTTLE:
            fault = ThrottledError(text, code=code, retry_after_ms=wait_ms)
        case ErrorClass.AUTH | ErrorClass.POLICY:
            fault = DependencyDownError(text, code=code, retry_after_ms=wait_ms)
        case ErrorClass.WINDOW:
            fault = WindowClosedError(text, code=code)
        case ErrorClass.PERMANENT | ErrorClass.USER | ErrorClass.DEFINITION:
            fault = GraphRefusedError(text, code=code)
    return fault.about(graph_code, kind, answer.fbtrace_id)


def _by_status(answer: Answer) -> GraphError:
    """Sem corpo de erro da Graph: quem respondeu pode ter sido um intermediário."""
    status = answer.status
    text, code = f"no graph error body (http {status})", f"graph_http_{status}"
    if not 300 <= status < 500 or status == 408:
        return GraphInDoubtError(text)
    if status == 429:
        wait_ms = _wait_ms(answer, ErrorClass.THROTTLE, 0)
        return ThrottledError(text, code=code, retry_after_ms=wait_ms).about(0, ErrorClass.THROTTLE)
    if status not in _OURS:
        fault = DependencyDownError(text, code=code, retry_after_ms=answer.retry_after_ms)
        return fault.about(0, ErrorClass.AUTH)
    if not answer.complete:  # recusado, mas o motivo se perdeu: da próxima vez ele pode chegar
        return GraphTransientError(text, code=code)
    return GraphRefusedError(text, code=code).about(0, ErrorClass.PERMANENT)


def _wait_ms(answer: Answer, kind: ErrorClass, graph_code: int) -> int:
    """Espera mínima: o que a resposta pede, senão a estimativa de uso (só aperto), senão a da tabela."""
    regain = answer.regain_ms if kind is ErrorClass.THROTTLE else 0
    return answer.retry_after_ms or regain or MINIMUM_WAIT_MS.get(graph_code, 0)
