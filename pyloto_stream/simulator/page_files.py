"""Como a tela é servida? Arquivos lidos uma vez do pacote, sem nada de fora e com a política mais estrita."""

from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler

_TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".ogg": "audio/ogg",
}
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'; object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


def page_routes() -> list[web.RouteDef]:
    """Uma rota por arquivo de `page/`; `index.html` também em `/`."""
    folder = Path(__file__).parent / "page"
    routes = []
    for file in sorted(folder.iterdir()):
        if file.suffix in _TYPES:
            handler = _serve(file.read_bytes(), _TYPES[file.suffix])
            routes.append(web.get("/" if file.name == "index.html" else f"/{file.name}", handler))
    return routes


def _serve(body: bytes, content_type: str) -> Handler:
    charset = "utf-8" if content_type.startswith("text/") else None

    async def handler(_request: web.Request) -> web.Response:
        return web.Response(body=body, content_type=content_type, charset=charset, headers=_HEADERS)

    return handler
