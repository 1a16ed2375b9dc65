"""Como a entrada diz não? Um código HTTP, um motivo estável em JSON e, se cabe, quando voltar."""

import math

import msgspec
from aiohttp import web

_encode = msgspec.json.Encoder().encode


def refusal(status: int, code: str, *, retry_after_s: float | None = None) -> web.Response:
    """Recusa com corpo `{"error": code}`; `retry_after_s` vai arredondado para cima, no mínimo 1."""
    headers = {} if retry_after_s is None else {"Retry-After": str(max(1, math.ceil(retry_after_s)))}
    return web.Response(
        status=status, body=_encode({"error": code}), content_type="application/json", headers=headers
    )


def report(status: int, word: str) -> web.Response:
    """Resposta de saúde, com corpo `{"status": word}`; nunca guardada por intermediários."""
    return web.Response(
        status=status,
        body=_encode({"status": word}),
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )
