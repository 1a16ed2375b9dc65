"""O que o emulador do Cloud Storage deixa passar e o serviço não? Isto cobra, em frente dele.

412 quando a geração não confere (ao abrir e ao fechar uma gravação), páginas de verdade, CRC32C do que se
grava, geração do que se lê, permissões, balde que não existe, e a assinatura e o prazo dos links. Também
falha quando o teste manda: recusa, congela, corta, estraga.
"""

import asyncio
import base64
import re
import time
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import unquote

import google_crc32c
from aiohttp import ClientSession, web
from yarl import URL

from tests.support.storage_forms import google_error, named, permission
from tests.support.storage_links import refused

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

_ROUTE = re.compile(r"/(upload/|download/)?storage/v1/b/([^/]+)(/.*)?")
_RANGE = re.compile(r"bytes (?:(\d+)-(\d+)|\*)/(\d+|\*)")
LARGEST = 8 * 1024 * 1024
"""O maior corpo que se aceita: quem manda um arquivo inteiro de uma vez é recusado."""


class StorageGate:
    """O Cloud Storage do teste, em frente a `upstream`; `url` é o `STORAGE_EMULATOR_HOST`."""

    def __init__(self, upstream: str) -> None:
        self._upstream, self.url = upstream, ""
        self.buckets: dict[str, dict[str, Any]] = {}
        self.keys: dict[str, RSAPublicKey] = {}  # a chave pública de cada conta que pode assinar
        self.seen: list[str] = []  # método e rota de cada pedido, sem nomes
        self.arrived = self.aborted = 0  # pedidos, e gravações de que se desistiu
        self.knocked = asyncio.Event()
        self.heal()
        self._sessions: dict[str, dict[str, Any]] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    def heal(self) -> None:
        """Tudo volta a funcionar, no tempo de agora."""
        self.ahead_s = 0.0
        self.refusal: tuple[int, str, dict[str, str]] | None = None
        self.spare = 0
        """Pedidos que ainda passam antes da recusa ou do congelamento."""
        self.denied: frozenset[str] = frozenset()
        self.damage = ""  # o que se lê vem trocado (`flip`), ou menos do que se pediu ou mandou (`cut`)
        self.thawed = asyncio.Event()
        self.thawed.set()

    async def __aenter__(self) -> Self:
        self._http = ClientSession(auto_decompress=False)
        app = web.Application(client_max_size=LARGEST)
        app.router.add_route("*", "/{tail:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = "http://{}:{}".format(*self._runner.addresses[0][:2])
        return self

    async def __aexit__(self, *_: object) -> None:
        self.thawed.set()
        await self._runner.cleanup()
        await self._http.close()

    async def create(self, bucket: str, **settings: Any) -> None:  # noqa: ANN401 — os campos do JSON do Google
        """Um balde vazio; `settings` são campos do recurso, como `versioning`."""
        url = f"{self._upstream}/storage/v1/b?project=test"
        async with self._http.post(url, json={"name": bucket}) as answer:
            assert answer.status == 200, await answer.text()
        self.buckets[bucket] = settings

    async def _handle(self, request: web.Request) -> web.Response:
        self.arrived += 1
        self.knocked.set()
        if self.spare:
            self.spare -= 1
        else:
            await self.thawed.wait()
            if self.refusal is not None:
                status, reason, headers = self.refusal
                return google_error(status, reason, request.path, headers)
        return await self._served(request)

    async def _served(self, request: web.Request) -> web.Response:
        found = _ROUTE.fullmatch(request.rel_url.raw_path)
        if found is None:
            self.seen.append("GET link")
            return await self._link(request)
        where, bucket, rest = found[1] or "", found[2], found[3] or ""
        self.seen.append(
            f"{request.method} {where}{'object' if rest.startswith('/o/') else rest or 'bucket'}"
        )
        if bucket not in self.buckets:
            return google_error(404, "notFound", f"The specified bucket does not exist: {bucket}")
        if rest == "/iam/testPermissions":
            asked = request.query.getall("permissions")
            return web.json_response({"permissions": [each for each in asked if each not in self.denied]})
        if permission(request.method, where, rest) in self.denied:
            return google_error(403, "forbidden", f"does not have access to {request.path}")
        if where == "upload/":
            return await self._upload(request, bucket)
        if rest == "/o":
            return await self._page(request)
        if not rest:
            return web.json_response({"kind": "storage#bucket", "name": bucket, **self.buckets[bucket]})
        return await self._object(request, bucket, unquote(rest.removeprefix("/o/")))

    async def _object(self, request: web.Request, bucket: str, name: str) -> web.Response:
        wanted, match = (request.query.get(each, "") for each in ("generation", "ifGenerationMatch"))
        if wanted and await self._generation(bucket, name) != wanted:
            return google_error(404, "notFound", f"No such object: {bucket}/{name}")
        if match and await self._generation(bucket, name) not in {"", match}:
            return google_error(412, "conditionNotMet", f"{bucket}/{name}")
        return await self._forward(request, f"No such object: {bucket}/{name}")

    async def _upload(self, request: web.Request, bucket: str) -> web.Response:
        session = request.query.get("upload_id", "")
        body = await request.read()
        if request.method == "DELETE":
            self.aborted += 1
            return web.Response(status=499 if self._sessions.pop(session, None) else 404)
        if session:
            return await self._block(request, session, body)
        name, match = request.query.get("name") or named(body), request.query.get("ifGenerationMatch", "")
        async with self._locks[f"{bucket}/{name}"]:
            if not await self._matches(bucket, name, match):
                return google_error(412, "conditionNotMet", f"{bucket}/{name}")
            answer = await self._forward(request, name, body)
        if "Location" in answer.headers:
            opened = URL(answer.headers["Location"]).query["upload_id"]
            crc = google_crc32c.Checksum()  # type: ignore[no-untyped-call]
            self._sessions[opened] = {"bucket": bucket, "name": name, "match": match, "crc": crc}
        return answer

    async def _block(self, request: web.Request, session: str, body: bytes) -> web.Response:
        if session not in self._sessions:
            return google_error(404, "notFound", "no such session")
        about = self._sessions[session]
        bounds = _RANGE.fullmatch(request.headers["Content-Range"])
        assert bounds is not None
        about["crc"].update(body)
        if bounds[3] == "*":
            assert len(body) % (256 * 1024) == 0, "the service wants multiples of 256 KiB"
            return await self._forward(request, "", body)
        del self._sessions[session]
        if request.headers.get("X-Goog-Hash") != "crc32c=" + base64.b64encode(about["crc"].digest()).decode():
            return google_error(400, "invalid", "the checksum does not match")
        place = f"{about['bucket']}/{about['name']}"
        async with self._locks[place]:
            if not await self._matches(about["bucket"], about["name"], about["match"]):
                return google_error(412, "conditionNotMet", place)
            return await self._forward(request, "", body)

    async def _matches(self, bucket: str, name: str, match: str) -> bool:
        return not match or (await self._generation(bucket, name) or "0") == match

    async def _generation(self, bucket: str, name: str) -> str:
        url = URL(f"{self._upstream}/storage/v1/b/{bucket}/o/{name.replace('/', '%2F')}", encoded=True)
        async with self._http.get(url) as answer:
            return str((await answer.json())["generation"]) if answer.status == 200 else ""

    async def _page(self, request: web.Request) -> web.Response:
        url = URL(self._upstream + request.rel_url.raw_path, encoded=True)
        async with self._http.get(url.with_query(prefix=request.query.get("prefix", ""))) as answer:
            items = sorted((await answer.json())["items"], key=lambda item: item["name"])
        limit, after = int(request.query.get("maxResults", "1000")), request.query.get("pageToken", "")
        items = [item for item in items if item["name"] > after]
        page: dict[str, Any] = {"kind": "storage#objects", "items": items[:limit]}
        if len(items) > limit:
            page["nextPageToken"] = items[limit - 1]["name"]
        return web.json_response(page)

    async def _link(self, request: web.Request) -> web.Response:
        url, now_s = request.rel_url, time.time() + self.ahead_s
        if why := refused(url.raw_path, url.raw_query_string, request.host, self.keys, now_s):
            return web.Response(status=why[0], text=f"<Error><Code>{why[1]}</Code></Error>")
        return await self._forward(request, "")

    async def _forward(self, request: web.Request, missing: str, body: bytes = b"") -> web.Response:
        url = URL(self._upstream + str(request.rel_url), encoded=True)
        keep = ("Host", "Content-Type", "Content-Range", "Range", "X-Upload-Content-Type")
        headers = {name: request.headers[name] for name in keep if name in request.headers}
        async with self._http.request(request.method, url, data=body, headers=headers) as answer:
            content = await answer.read()
            if answer.status == 404:
                return google_error(404, "notFound", missing)
            if self.damage and request.query.get("alt") == "media":
                content = content[1:] if self.damage == "cut" else bytes([content[0] ^ 1]) + content[1:]
            names = ("Location", "Range", "Content-Type", "Content-Range", "Content-Disposition")
            kept = {name: answer.headers[name] for name in names if name in answer.headers}
            if self.damage == "cut" and "Range" in kept:
                kept["Range"] = "bytes=0-262143"
            return web.Response(status=answer.status, body=content, headers=kept)
