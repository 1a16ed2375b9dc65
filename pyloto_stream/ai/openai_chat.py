"""Como se fala com a OpenAI, ou com quem fala como ela (Azure, vLLM, Ollama)? Chat completions, JSON estrito.

Promete: um pedido por pergunta, sem repetições da biblioteca; nenhuma resposta maior que `MAX_BODY` bytes;
toda falha, também as que escapam da hierarquia do SDK, vira um `ModelError`. Só se importa o SDK ao abrir.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from pyloto_stream.ai.chat import NO_KEY, Completion, Message, ModelError, code_of_status
from pyloto_stream.errors import MisconfiguredError

if TYPE_CHECKING:
    import openai
    from openai.types.chat import ChatCompletionMessageParam
    from openai.types.shared_params import ResponseFormatJSONSchema

MAX_BODY = 262_144
"""Uma decisão tem menos de 4 KiB; o resto não é uma."""
MAX_TOKENS = 1200
MOST_COUNTED = 10_000_000
"""Fichas de uma chamada: um servidor que mente não estraga para sempre a soma dos custos."""
REHEARSAL_S, CANNED = 5.0, b'{"choices":[{"message":{"content":"{}"}}]}'
BY_CODE: Mapping[str | None, str] = {"insufficient_quota": "quota_exhausted", "content_filter": "filtered"}
"""O que o corpo do erro diz, e o seu status não."""


class _Said(msgspec.Struct):
    content: str | None = None
    refusal: str | None = None


class _Choice(msgspec.Struct):
    message: _Said
    finish_reason: str | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: float | None = 0
    completion_tokens: float | None = 0


class _Body(msgspec.Struct):
    """O que se lê de um `chat.completion`; o resto varia de servidor para servidor."""

    choices: list[_Choice]
    usage: _Usage | None = None


_body = msgspec.json.Decoder(_Body)


class OpenAIChat:
    """Um modelo de um servidor. Criado por `open_chat`."""

    def __init__(self, client: "openai.AsyncOpenAI", model: str, schema: Mapping[str, object]) -> None:
        self._client = client
        self._model = model
        self._format: ResponseFormatJSONSchema = {
            "type": "json_schema",
            "json_schema": {"name": "decision", "strict": True, "schema": {**schema}},
        }

    async def ask(self, messages: Sequence[Message]) -> Completion:
        """Pergunta uma vez; ver `ChatModel.ask`."""
        import openai  # noqa: PLC0415 — só o processo que usa o modelo a carrega

        try:
            return _completion(await self._post(messages))
        except ModelError:
            raise
        except openai.APIError as error:
            code = _code(error)
        except (ValueError, msgspec.MsgspecError):
            code = "bad_answer"
        except Exception as error:  # noqa: BLE001 — nada do SDK leva consigo a pergunta nem para o turno
            code = _escaped(error)
        raise ModelError(code=code)

    def use(self, api_key: str) -> None:
        """Faz os próximos pedidos com `api_key`."""
        self._client.api_key = api_key or NO_KEY

    async def close(self) -> None:
        """Fecha as conexões."""
        await self._client.close()

    async def _post(self, messages: Sequence[Message]) -> bytes:
        prompt: list[ChatCompletionMessageParam] = []
        for message in messages:
            match message.role:
                case "system":
                    prompt.append({"role": "system", "content": message.content})
                case "user":
                    prompt.append({"role": "user", "content": message.content})
                case "assistant":
                    prompt.append({"role": "assistant", "content": message.content})
        body = bytearray()
        async with self._client.chat.completions.with_streaming_response.create(
            model=self._model,
            messages=prompt,
            response_format=self._format,
            max_completion_tokens=MAX_TOKENS,
        ) as response:
            async for chunk in response.iter_bytes():
                body += chunk
                if len(body) > MAX_BODY:
                    raise ModelError(code="too_large")
        return bytes(body)


def _completion(raw: bytes) -> Completion:
    body = _body.decode(raw)
    if not body.choices:
        raise ModelError(code="bad_answer")
    choice, usage = body.choices[0], body.usage or _Usage()
    return Completion(
        text=choice.message.content or "",
        refusal=bool(choice.message.refusal),
        finish=choice.finish_reason or "stop",
        tokens_in=_counted(usage.prompt_tokens),
        tokens_out=_counted(usage.completion_tokens),
    )


def _counted(tokens: float | None) -> int:
    return int(min(max(0, tokens or 0), MOST_COUNTED))


def _escaped(error: Exception) -> str:
    """Código do que escapa da hierarquia do SDK: a conexão que cai no meio da resposta.

    A biblioteca HTTP muda de nome entre versões do SDK: só o nome da classe é estável.
    """
    name = type(error).__name__
    if name.endswith("Timeout"):
        return "timeout"
    return "unavailable" if name.endswith(("Error", "Exception")) else "unexpected"


def _code(error: "openai.APIError") -> str:
    import openai  # noqa: PLC0415

    if isinstance(error, openai.APITimeoutError):
        return "timeout"
    if isinstance(error, openai.APIConnectionError):
        return "unavailable"
    if not isinstance(error, openai.APIStatusError):
        return "bad_answer"
    if error.code in BY_CODE:
        return BY_CODE[error.code]
    return code_of_status(error.status_code)


async def open_chat(
    base_url: str, api_key: str, model: str, schema: Mapping[str, object], *, timeout_s: float
) -> OpenAIChat:
    """Carrega a biblioteca e aquece o caminho de um pedido, para que a primeira pessoa não pague por isso.

    `schema` é o JSON Schema da resposta; `timeout_s`, o prazo de um pedido. Nada sai desta máquina.

    Raises:
        MisconfiguredError: a biblioteca não está instalada.
    """
    try:
        from pyloto_stream.ai.openai_client import open_client  # noqa: PLC0415 — leva mais de um segundo
    except ImportError:
        raise MisconfiguredError("OPENAI_ENABLED: install the extra: pip install pyloto-stream[ai]") from None

    await _rehearse()
    return OpenAIChat(open_client(base_url, api_key, timeout_s), model, schema)


async def _rehearse() -> None:
    """Um pedido a um servidor de mentira, em laço local: as partes preguiçosas da biblioteca se carregam."""
    from pyloto_stream.ai.openai_client import open_client  # noqa: PLC0415

    async def reply(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(
            b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(CANNED) + CANNED
        )
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(reply, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    client = open_client(f"http://127.0.0.1:{port}", "", REHEARSAL_S)
    with suppress(ModelError):  # um proxy no ambiente, por exemplo: a primeira pergunta só demora mais
        await OpenAIChat(client, "none", {}).ask((Message("user", "oi"),))
    await client.close()
    server.close()
