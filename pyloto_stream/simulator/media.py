"""As rotas de arquivos da Graph local: subir, resolver, baixar e apagar.

Promete: o corpo é lido e escrito aos pedaços; o que passa do limite da Meta para o seu tipo é recusado com
131053 depois de lido. Fontes: página "Media" e a tabela de formatos para envio (2026).
"""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import BodyPartReader, web

from pyloto_stream.simulator.faults import Call, FaultBook
from pyloto_stream.simulator.gate import PATH, Gate, answer
from pyloto_stream.simulator.media_kinds import MIMES, looks_like, most_bytes
from pyloto_stream.simulator.refusal import RefusedCallError
from pyloto_stream.simulator.vault import UPLOAD_LIFE_MS, MediaVault, Stored

if TYPE_CHECKING:
    from pyloto_stream.simulator.envelopes import Json

_FIELD_BYTES = 1024


class Upload:
    """O que se leu de um formulário de upload."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.fields: dict[str, str] = {}
        self.mime = ""
        self.filename = ""
        self.size = 0
        self.head = b""
        self.digest = hashlib.sha256()
        self.has_file = False

    async def file(self, part: BodyPartReader) -> None:
        """Grava o arquivo; além do maior limite de todos, só conta."""
        self.has_file = True
        self.mime = part.headers.get("Content-Type", "").lower()
        self.filename = part.filename or ""
        most = most_bytes("document")
        with self.place.open("wb") as target:
            while piece := await part.read_chunk(256 * 1024):
                self.head = self.head or piece[:64]
                self.size += len(piece)
                if self.size <= most:
                    target.write(piece)
                    self.digest.update(piece)


class MediaApi:
    """As rotas de arquivos."""

    def __init__(self, vault: MediaVault, gate: Gate, faults: FaultBook, numbers: frozenset[str]) -> None:
        self.uploads = 0
        self._vault = vault
        self._gate = gate
        self._faults = faults
        self._numbers = numbers

    def routes(self) -> list[web.RouteDef]:
        """As rotas próprias; resolver e apagar vêm por `nodes.py`."""
        return [
            web.post(PATH + "{number}/media", self._gate.guard("media", self.upload)),
            web.get("/simulator/media/{id}", self._gate.told(self.download), allow_head=False),
        ]

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """Recebe um arquivo em `multipart/form-data` e responde o seu id, que vale 30 dias."""
        number = request.match_info["number"]
        if number not in self._numbers or not self._gate.serves(request, number):
            raise RefusedCallError(100, "Object does not exist or lacks permissions.", subcode=33)
        if request.content_type != "multipart/form-data":
            raise RefusedCallError(100, "The body must be multipart/form-data.")
        upload, whole = Upload(self._vault.place()), False
        try:
            await _read(request, upload)
            stored = self._keep(upload)
            whole = True
        except ValueError:
            raise RefusedCallError(100, "The multipart body is malformed.") from None
        finally:
            if not whole:  # nada fica pela metade, nem se quem manda desiste
                upload.place.unlink(missing_ok=True)
        self.uploads += 1
        return answer({"id": stored.id})

    def _keep(self, upload: Upload) -> Stored:
        if upload.fields.get("messaging_product") != "whatsapp":
            raise RefusedCallError(100, "Param messaging_product must be whatsapp.")
        if not upload.has_file:
            raise RefusedCallError(100, "Param file is required.")
        mime = (upload.fields.get("type") or upload.mime).strip().lower()
        kind = MIMES.get(mime.partition(";")[0].strip())
        if kind is None:
            raise RefusedCallError(131053, "Param type is not a media type that can be sent.")
        if not upload.size:
            raise RefusedCallError(131053, "Param file is empty.")
        if upload.size > most_bytes(kind):
            raise RefusedCallError(131053, f"Param file is larger than {most_bytes(kind)} bytes.")
        if not looks_like(mime, upload.head):
            raise RefusedCallError(131053, "Param file is not of the declared type.")
        return self._vault.adopt(upload.place, mime, upload.filename, upload.digest.digest(), UPLOAD_LIFE_MS)

    def resolve(self, request: web.Request, stored: Stored) -> web.Response:
        """O endereço de download, por 5 minutos; aqui o SHA-256 vai em hexadecimal."""
        number = request.query.get("phone_number_id", "")
        if number and number not in self._numbers:
            raise RefusedCallError(100, "Param phone_number_id does not own this media.", subcode=33)
        document: Json = {
            "messaging_product": "whatsapp",
            "url": self._vault.url(stored),
            "mime_type": stored.mime,
            "sha256": stored.digest.hex(),
            "file_size": stored.size,
            "id": stored.id,
        }
        return answer(document)

    async def download(self, request: web.Request) -> web.StreamResponse:
        """Os bytes. 404 com o endereço vencido; sem token, a recusa da Graph."""
        self._gate.admit(request)
        fault = self._faults.take(Call("download", "", "", None))
        if fault is not None and not (fault.kind == "cut" and fault.accepted):
            return await self._gate.misbehave(request, fault, lambda: self._stream(request))
        return await self._stream(request, half=fault is not None)

    async def _stream(self, request: web.Request, *, half: bool = False) -> web.StreamResponse:
        stored = self._vault.find(request.match_info["id"])
        if stored is None or not self._vault.fresh(request.query.get("until", "")):
            return web.Response(status=404, text="URL expired")
        response = web.StreamResponse(headers={"Content-Type": stored.mime})
        response.content_length = stored.size
        await response.prepare(request)
        sent = 0
        async for piece in stored.pieces():
            if half and sent + len(piece) > stored.size // 2:
                await response.write(piece[: max(0, stored.size // 2 - sent)])
                if request.transport is not None:
                    request.transport.abort()
                return response
            await response.write(piece)
            sent += len(piece)
        await response.write_eof()
        return response


async def _read(request: web.Request, upload: Upload) -> None:
    reader = await request.multipart()
    while (part := await reader.next()) is not None:
        if not isinstance(part, BodyPartReader):
            raise RefusedCallError(100, "Nested multipart bodies are not supported.")
        if part.name == "file":
            await upload.file(part)
        else:
            value = await part.read_chunk(_FIELD_BYTES)
            upload.fields[part.name or ""] = value.decode("utf-8", "replace")
            await part.release()
