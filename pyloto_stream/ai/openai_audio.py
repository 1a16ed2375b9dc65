"""Como se pede a transcrição de um áudio à OpenAI, ou a quem fala como ela?

Promete: um pedido por áudio, sem repetições da biblioteca; nenhuma resposta maior que `MAX_BODY`; toda falha
vira um `TranscriptionError` de código estável. A biblioteca só se importa ao abrir.
"""

from typing import TYPE_CHECKING

import msgspec

from pyloto_stream.ai.chat import NO_KEY, code_of_status
from pyloto_stream.ai.voice import TranscriptionError, said

if TYPE_CHECKING:
    import openai

MAX_BODY = 262_144
LANGUAGE = "pt"


class _Body(msgspec.Struct):
    text: str


_body = msgspec.json.Decoder(_Body)


class OpenAITranscriber:
    """Um modelo que ouve. Criado por `open_transcriber`."""

    def __init__(self, client: "openai.AsyncOpenAI", model: str) -> None:
        self._client = client
        self._model = model

    async def transcribe(self, audio: bytes, mime_type: str, filename: str, timeout_s: float) -> str:
        """Pede uma vez; ver `Transcriber.transcribe`."""
        import openai  # noqa: PLC0415 — só o processo que usa o modelo a carrega

        try:
            return said(_body.decode(await self._post((filename, audio, mime_type), timeout_s)).text)
        except TranscriptionError:
            raise
        except openai.APITimeoutError:
            code = "timeout"
        except openai.APIStatusError as error:
            code = code_of_status(error.status_code)
        except openai.APIConnectionError:
            code = "unavailable"
        except (openai.APIError, ValueError, msgspec.MsgspecError):
            code = "bad_answer"
        except Exception as error:  # noqa: BLE001 — a conexão que cai no meio da resposta escapa da hierarquia
            code = "timeout" if type(error).__name__.endswith("Timeout") else "unavailable"
        raise TranscriptionError(code=code)

    def use(self, api_key: str) -> None:
        """Faz os próximos pedidos com `api_key`."""
        self._client.api_key = api_key or NO_KEY

    async def close(self) -> None:
        """Fecha as conexões."""
        await self._client.close()

    async def _post(self, file: tuple[str, bytes, str], timeout_s: float) -> bytes:
        body = bytearray()
        async with self._client.audio.transcriptions.with_streaming_response.create(
            model=self._model, file=file, language=LANGUAGE, timeout=timeout_s
        ) as response:
            async for chunk in response.iter_bytes():
                body += chunk
                if len(body) > MAX_BODY:
                    raise TranscriptionError(code="too_large")
        return bytes(body)


def open_transcriber(base_url: str, api_key: str, model: str) -> OpenAITranscriber:
    """Carrega a biblioteca; nada sai desta máquina."""
    from pyloto_stream.ai.openai_client import open_client  # noqa: PLC0415 — leva mais de um segundo

    return OpenAITranscriber(open_client(base_url, api_key), model)
