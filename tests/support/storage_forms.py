"""A forma do que o Cloud Storage recebe e responde: permissões, nomes e erros, como o serviço os escreve."""

import json
import re

from aiohttp import web

NEEDED = {"GET": "storage.objects.get", "DELETE": "storage.objects.delete"}


def permission(method: str, where: str, rest: str) -> str:
    """A permissão que um pedido exige."""
    if where == "upload/":
        return "storage.objects.create"
    if rest == "/o":
        return "storage.objects.list"
    return NEEDED[method] if rest else "storage.buckets.get"


def named(body: bytes) -> str:
    """O nome do objeto: no JSON que é o corpo, ou na primeira parte de um `multipart`."""
    found = re.search(rb"(?:^|\r\n\r\n)(\{.*?\})(?:$|\r\n--)", body, re.DOTALL)
    assert found is not None
    return str(json.loads(found[1])["name"])


def google_error(
    status: int, reason: str, message: str, headers: dict[str, str] | None = None
) -> web.Response:
    """Uma falha na forma do Google, com nomes na mensagem, como ele faz."""
    text = f"{message} (request of a project, told by the service)"
    error = {"code": status, "message": text, "errors": [{"reason": reason, "message": text}]}
    return web.json_response({"error": error}, status=status, headers=headers)
