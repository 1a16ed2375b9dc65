"""Como se baixa um arquivo da pasta sem o token do operador? Com um link assinado, que é a autorização.

Promete: só o caminho, o nome e o prazo que se assinaram; sempre como anexo, e nunca guardado por ninguém no
caminho. Limite: serve a pasta desta máquina (`OBJECT_STORE=folder`); sem trechos (`Range`).
"""

from collections.abc import Iterable

from aiohttp import web
from aiohttp.typedefs import Handler

from ingress.admin import SIGNED_ROUTE
from ingress.answers import refusal
from pyloto_stream.clock import Clock, system_clock
from pyloto_stream.errors import UnavailableError
from pyloto_stream.settings import Settings
from pyloto_stream.stores.object_folder import FolderObjects
from pyloto_stream.stores.object_links import ObjectLinks
from pyloto_stream.stores.objects import ObjectMissingError, Objects


def object_routes(settings: Settings, clock: Clock = system_clock) -> Iterable[web.AbstractRouteDef]:
    """A rota dos links, se os objetos estão numa pasta; ela é lida, e só quando alguém pede."""
    if settings.object_store != "folder":
        return ()
    links = ObjectLinks(settings.data_key(), "", clock)
    page = object_page(FolderObjects(settings.object_folder), links)
    return (web.get(SIGNED_ROUTE.replace("}", ":.+}"), page, allow_head=False),)


def object_page(objects: Objects, links: ObjectLinks) -> Handler:
    """Tratador de um link: 403 se não vale ou venceu (`link_refused`, `link_expired`), 404 sem objeto."""

    async def send(request: web.Request) -> web.StreamResponse:
        path, filename = request.match_info["path"], request.query.get("filename", "")
        expires, signature = request.query.get("expires", ""), request.query.get("signature", "")
        verdict = links.examined(path, expires, filename, signature)
        if verdict != "good":
            return refusal(403, f"link_{verdict}")
        try:
            return await _sent(request, objects, path, filename)
        except ObjectMissingError as error:
            return refusal(404, error.code)
        except UnavailableError as error:
            if request.transport is not None and request[_BEGUN]:
                request.transport.abort()  # quem baixa tem de saber que o arquivo não veio inteiro
            return refusal(503, error.code)

    return send


_BEGUN = web.RequestKey("object_begun", bool)


async def _sent(request: web.Request, objects: Objects, path: str, filename: str) -> web.StreamResponse:
    request[_BEGUN] = False
    async with objects.open(path) as chunks:
        response = web.StreamResponse(
            headers={
                "Content-Type": "application/octet-stream",
                "Content-Disposition": f'attachment; filename="{filename}"',
                "X-Content-Type-Options": "nosniff",
                "Cache-Control": "private, no-store",
            }
        )
        request[_BEGUN] = True
        await response.prepare(request)
        async for chunk in chunks:
            await response.write(chunk)
        await response.write_eof()
    return response
