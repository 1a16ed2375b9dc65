"""Como falar com a Graph API sem nunca confundir "não enviado" com "não se sabe"?

Promete: `send` devolve o id dado pela Meta ou levanta uma falha de `graph_errors.py` que diz se a mensagem
pode ter saído; por dentro só repete o que nem conectou. Nenhum texto seu, nem exceção encadeada, traz token,
telefone ou conteúdo. Limite: a Graph não tem idempotência; quem evita o envio duplo é o livro de envios.
"""

import re
from collections.abc import Mapping

from tenacity import AsyncRetrying, RetryError, retry_if_result, stop_after_attempt, wait_random_exponential

from pyloto_stream.errors import MisconfiguredError, PermanentError
from pyloto_stream.whatsapp.graph_answer import MAX_BODY_BYTES, Answer, Sent, Silence, judge
from pyloto_stream.whatsapp.graph_call import MAX_ANSWER_BYTES, Call, check_call, judge_call
from pyloto_stream.whatsapp.graph_errors import DependencyDownError, ThrottledError, WindowClosedError
from pyloto_stream.whatsapp.graph_http import Form, GraphHttp, Observe, Signals
from pyloto_stream.whatsapp.graph_retry import Tried, persist
from pyloto_stream.whatsapp.graph_usage import Usage
from pyloto_stream.whatsapp.messages import ReadReceipt
from pyloto_stream.whatsapp.payloads import build_receipt
from pyloto_stream.whatsapp.validators import InvalidMessageError

__all__ = ["DependencyDownError", "Sent", "ThrottledError", "WhatsAppHttpClient", "WindowClosedError"]

CONNECT_ATTEMPTS = 3
RECEIPT_TIMEOUT_S = 5.0
"""Leitura e "digitando" são cortesia: não seguram a resposta."""

_PHONE_NUMBER_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_TOKEN = re.compile(r"[!-~]+", re.ASCII)
_IMPOSSIBLE = "WHATSAPP_ACCESS_TOKEN: empty or not printable ASCII"


class WhatsAppHttpClient:
    """Cliente de um ou mais números sobre um só conjunto de conexões; criado fora ou dentro do laço.

    `access_token` vale para todo `phone_number_id` que não está em `tokens`. `timeout_s` cobre a chamada
    inteira; conectar pode levar até um terço dele, no máximo 10 s.

    Raises:
        MisconfiguredError: endereço, versão ou token com forma impossível (o valor não é mostrado).
    """

    def __init__(
        self,
        base_url: str,
        api_version: str,
        access_token: str,
        *,
        tokens: Mapping[str, str] | None = None,
        timeout_s: float = 30.0,
        max_connections: int = 100,
        observe: Observe | None = None,
        signals: Signals | None = None,
    ) -> None:
        self._version = api_version
        self._default_token = access_token
        self._tokens = dict(tokens or {})
        self._timeout_s = timeout_s
        self._http = GraphHttp(base_url, api_version, max_connections, observe, signals or Signals())
        problems = []
        if not base_url.startswith(("http://", "https://")):
            problems.append("WHATSAPP_API_BASE_URL: not an http(s) address")
        if not re.fullmatch(r"v[0-9]+\.[0-9]+", api_version, re.ASCII):
            problems.append("WHATSAPP_API_VERSION: not like v24.0")
        if not all(map(_TOKEN.fullmatch, [access_token, *self._tokens.values()])):
            problems.append(_IMPOSSIBLE)
        if problems:
            raise MisconfiguredError(*problems)

    def __repr__(self) -> str:
        """Sem endereço e sem tokens."""
        return f"<WhatsAppHttpClient {self._version}{' closed' if self._http.closed else ''}>"

    async def send(self, phone_number_id: str, body: bytes) -> Sent:
        """Envia `body` (ver `payloads.build`) por `phone_number_id`.

        Raises:
            DependencyDownError: não enviado; Graph fora do alcance, token, permissão ou conta.
            ThrottledError: não enviado; depressa demais, com `retry_after_ms`.
            GraphTransientError: não enviado; repetir.
            WindowClosedError: não enviado; fora das 24 horas.
            GraphRefusedError: não enviado, nem nunca será; code `graph_<código>` ou `graph_http_<status>`.
            GraphInDoubtError: pode ter sido enviado; code `graph_in_doubt`.
            PermanentError: `phone_number_id` impossível; code `invalid_phone_number_id`.
        """
        if not _PHONE_NUMBER_ID.fullmatch(phone_number_id):
            raise PermanentError("phone_number_id has an impossible form", code="invalid_phone_number_id")
        answer = await self._post("messages", phone_number_id, body, self._timeout_s)
        if _unreached(answer):
            answer = await self._insist(phone_number_id, body)
        verdict = judge(answer)
        if isinstance(verdict, Sent):
            return verdict
        raise verdict

    async def mark_read(self, phone_number_id: str, message_id: str, *, typing: bool) -> bool:
        """Marca `message_id` como lida e, com `typing`, mostra "digitando" (≤ 25 s); uma tentativa só.

        Devolve se a Meta confirmou; falha nenhuma é levantada, pois nada depende disto.
        """
        if not _PHONE_NUMBER_ID.fullmatch(phone_number_id):
            return False
        try:
            body = build_receipt(ReadReceipt(message_id, typing=typing))
        except InvalidMessageError:
            return False
        timeout_s = min(self._timeout_s, RECEIPT_TIMEOUT_S)
        answer = await self._post("mark_read", phone_number_id, body, timeout_s)
        return isinstance(answer, Answer) and answer.status == 200 and answer.success

    def use(self, access_token: str, tokens: Mapping[str, str] | None = None) -> None:
        """Troca todos os tokens, para as próximas chamadas; as que estão em andamento seguem com o seu.

        Raises:
            MisconfiguredError: token vazio ou com caracteres impossíveis; valem os de antes.
        """
        own = dict(tokens or {})
        if not all(map(_TOKEN.fullmatch, [access_token, *own.values()])):
            raise MisconfiguredError(_IMPOSSIBLE)
        self._default_token, self._tokens = access_token, own

    async def call(self, call: Call, *, form: Form | None = None, timeout_s: float = 0) -> bytes:
        """Faz uma chamada que não é envio e devolve o corpo JSON de uma resposta 2xx.

        `GET` e `DELETE` são repetidos por dentro, até `ATTEMPTS` vezes, no que pode passar logo; `POST`, só
        se nem conectou. `form`: dá, a cada tentativa, o formulário de várias partes que é o corpo.

        Raises:
            DependencyDownError, ThrottledError, GraphTransientError, WindowClosedError, GraphRefusedError:
                não aconteceu (numa leitura, nada veio); ver `send`.
            GraphInDoubtError: um `POST` que pode ter acontecido.
            PermanentError: code `invalid_graph_path`.
        """
        check_call(call)
        token, limit_s = call.token or self.token_of(call.number), timeout_s or self._timeout_s

        async def attempt() -> Tried:
            reply = await self._http.exchange(call, token, limit_s, MAX_ANSWER_BYTES, form)
            return reply, judge_call(reply.answer, repeatable=call.repeatable)

        reply, fault = await persist(attempt, call)
        if fault is not None:
            raise fault
        return reply.body

    def token_of(self, phone_number_id: str) -> str:
        """O token de `phone_number_id`, ou o padrão."""
        return self._tokens.get(phone_number_id, self._default_token)

    @property
    def usage(self) -> Usage:
        """A última medida de uso: a partir de `SLOW_DOWN_PERCENT`, espaçar; aos 100, esperar `wait_ms`."""
        return self._http.usage

    @property
    def http(self) -> GraphHttp:
        """As conexões, para quem baixa arquivos (`media_download.py`)."""
        return self._http

    async def close(self) -> None:
        """Fecha as conexões; chamadas seguintes falham sem escrever nada. Pode ser repetido."""
        await self._http.close()

    async def _insist(self, phone_number_id: str, body: bytes) -> Answer | Silence:
        """Tenta de novo, já e depois com espera, o que não conectou; o envio bom não paga por isto."""
        patient = AsyncRetrying(
            retry=retry_if_result(_unreached),
            stop=stop_after_attempt(CONNECT_ATTEMPTS - 1),
            wait=wait_random_exponential(multiplier=0.05, max=0.5),
        )
        try:
            return await patient(self._post, "messages", phone_number_id, body, self._timeout_s)
        except RetryError as exhausted:
            last: Answer | Silence = exhausted.last_attempt.result()
            return last

    async def _post(
        self, endpoint: str, phone_number_id: str, body: bytes, timeout_s: float
    ) -> Answer | Silence:
        path, token = f"{phone_number_id}/messages", self.token_of(phone_number_id)
        return (await self._http.post(endpoint, path, token, body, timeout_s, MAX_BODY_BYTES)).answer


def _unreached(answer: Answer | Silence) -> bool:
    return isinstance(answer, Silence) and answer.quick
