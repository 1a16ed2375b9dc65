"""Até onde se confia no servidor de um modelo? Como um cliente da OpenAI fala com ele, e quanto aceita ouvir.

Promete: não segue redirecionamentos (o que alguém escreveu só vai para o endereço configurado), não pede nem
aceita corpos comprimidos, de um erro lê no máximo `MAX_ERROR` bytes, e nada disto escreve no log. Limite: o
corpo de uma resposta boa é contado por quem a lê. Importa o SDK, que é pesado: só se importa ao abrir.
"""

import logging
from typing import TYPE_CHECKING

import openai

from pyloto_stream.ai.chat import NO_KEY

if TYPE_CHECKING:
    from httpx2 import Request, Response

MAX_ERROR = 16_384
"""Um erro da API tem menos de 2 KiB; do resto só vale o status."""
QUIET = ("openai", "httpx", "httpx2", "httpcore", "httpcore2")
"""Bibliotecas que, em modo de depuração, escreveriam o pedido inteiro no log."""


class _Wary(openai.DefaultAsyncHttpxClient):
    """O cliente HTTP do SDK, que desconfia de quem responde."""

    async def send(self, request: "Request", **how: object) -> "Response":
        """Envia como sempre; quem lê por inteiro o corpo de um erro (o SDK) acha só o começo dele."""
        response: Response = await super().send(request, **{**how, "stream": True})  # type: ignore[arg-type]
        packed = response.headers.get("content-encoding", "identity") != "identity"
        if response.is_success and not packed:
            return response
        body = bytearray()
        try:
            if packed and response.is_success:
                raise ValueError("a compressed answer nobody asked for")
            async for chunk in response.aiter_raw():
                body += chunk
                if packed or len(body) >= MAX_ERROR:
                    break
        finally:
            await response.aclose()
        told = {} if packed else {"content-type": response.headers.get("content-type", "")}
        content = b"" if packed else bytes(body[:MAX_ERROR])
        return type(response)(response.status_code, headers=told, content=content, request=request)


def open_client(base_url: str, api_key: str, timeout_s: float | None = None) -> openai.AsyncOpenAI:
    """Um cliente do servidor em `base_url`, sem repetições; nada sai desta máquina ao abri-lo."""
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    return openai.AsyncOpenAI(
        base_url=base_url,
        api_key=api_key or NO_KEY,
        max_retries=0,
        timeout=timeout_s,
        default_headers={"Accept-Encoding": "identity"},
        http_client=_Wary(follow_redirects=False, base_url=base_url, timeout=timeout_s),
    )
