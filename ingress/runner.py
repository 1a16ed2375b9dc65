"""Quem cria as conexões da entrada? Um executor do aiohttp que põe as nossas no lugar das dele."""

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from ingress.express import Express
from ingress.protocol import QuietConnection
from ingress.short import ShortConnection

EXPRESS = web.AppKey("express", Express)
"""O caminho curto da aplicação, se ela tem um."""


class _Server(web.Server):
    """Cria uma conexão dessas por cliente."""

    express: Express | None = None

    def __call__(self) -> RequestHandler:
        if self.express is None:
            return QuietConnection(self, loop=self._loop, **self._kwargs)
        return ShortConnection(self.express, self, loop=self._loop, **self._kwargs)


class Runner(web.AppRunner):
    """Executor de uma aplicação em que também os erros de protocolo são nossos."""

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        server = _Server(made.request_handler, request_factory=made.request_factory, **self._kwargs)
        server.express = self.app.get(EXPRESS)
        return server
