"""Como as rotas do simulador leem e escrevem JSON? Conferido na entrada, com o motivo quando recusam."""

from typing import TypeVar

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler

T = TypeVar("T")


class ProblemError(Exception):
    """O pedido não serve: `status` HTTP e o motivo, para a resposta."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


async def read_json(request: web.Request, kind: type[T]) -> T:
    """Lê o corpo como `kind`.

    Raises:
        ProblemError: 415 se não se diz JSON (uma página alheia não manda isso sem licença do navegador);
            422 se não tem a forma.
    """
    if request.content_type != "application/json":
        raise ProblemError(415, "content type must be application/json")
    try:
        return msgspec.json.decode(await request.read(), type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProblemError(422, str(error)) from None


def json_response(document: object, status: int = 200) -> web.Response:
    """Responde `document`."""
    return web.Response(
        body=msgspec.json.encode(document),
        status=status,
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


@web.middleware
async def problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Transforma `ProblemError` em resposta JSON."""
    try:
        return await handler(request)
    except ProblemError as problem:
        return json_response({"error": str(problem)}, problem.status)
