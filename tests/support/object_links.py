"""Quem abre um link assinado, seja de que adaptador for: um navegador, e o relógio de quem serve."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

from aiohttp import ClientSession, web
from multidict import CIMultiDictProxy
from prometheus_client import CollectorRegistry
from yarl import URL

from ingress.app import create_admin_app
from ingress.objects import object_routes
from pyloto_stream.settings import load
from pyloto_stream.stores.object_folder import FolderObjects
from pyloto_stream.stores.object_links import ObjectLinks
from pyloto_stream.stores.objects import Objects
from tests.support.ingress import CONFIG, Tally, served


class Opened(NamedTuple):
    """O que veio de um link."""

    status: int
    body: bytes
    headers: CIMultiDictProxy[str]


class LinkReader(NamedTuple):
    """Um repositório cujos links se abrem; `advance` adianta, em segundos, o relógio de quem serve."""

    objects: Objects
    advance: Callable[[float], None]

    async def open(self, url: str) -> Opened:
        async with ClientSession() as http, http.get(URL(url, encoded=True)) as answer:
            return Opened(answer.status, await answer.read(), answer.headers)


class LateClock:
    """O relógio do sistema, adiantado."""

    def __init__(self) -> None:
        self.ahead_s = 0.0

    def __call__(self) -> int:
        return int((time.time() + self.ahead_s) * 1000)

    def advance(self, seconds: float) -> None:
        self.ahead_s += seconds


@asynccontextmanager
async def folder_reader(root: Path, *more: web.AbstractRouteDef) -> AsyncIterator[LinkReader]:
    """Uma pasta, e a entrada privada que serve os seus links."""
    clock = LateClock()
    settings = load({"OBJECT_FOLDER": str(root)})
    routes = (*object_routes(settings, clock), *more)
    async with served(create_admin_app(CONFIG, CollectorRegistry(), Tally(), routes=routes)) as address:
        links = ObjectLinks(settings.data_key(), address)
        objects = await FolderObjects.open_folder(root, links)
        yield LinkReader(objects, clock.advance)
        await objects.close()
