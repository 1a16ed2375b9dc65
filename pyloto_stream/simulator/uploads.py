"""Como um arquivo sai da tela e volta a ela? Um POST em partes vai para o cofre; a tela o lê pelo id.

Promete: o arquivo passa aos pedaços, nunca inteiro na memória, e acima de 100 MB é recusado sem deixar sobra.
O que a tela lê não roda: tipo declarado, sem adivinhação e numa caixa sem permissões. Limite: o tipo é o que
o navegador declara, como no aplicativo: quem recebe é que fareja.
"""

import hashlib
from typing import Annotated, Literal
from urllib.parse import quote

import msgspec
from aiohttp import BodyPartReader, web

from pyloto_stream.simulator.bubble_reading import FILES
from pyloto_stream.simulator.delivery import Delivery
from pyloto_stream.simulator.door import Door
from pyloto_stream.simulator.people import Person
from pyloto_stream.simulator.vault import WEBHOOK_LIFE_MS, MediaVault, Stored
from pyloto_stream.simulator.web_json import ProblemError

MAX_FILE = 100 * 1024 * 1024
PIECE = 64 * 1024
OWN_HEADER = "X-Local-Page"
"""Um cabeçalho próprio: uma página alheia não o manda sem licença do navegador."""
_MIMES = {"image": "image/", "video": "video/", "voice": "audio/", "audio": "audio/", "sticker": "image/webp"}
_SAFE = ("image/", "audio/", "video/")


class About(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """O que se diz do arquivo; `kind` `voice` é nota de voz."""

    kind: Literal["image", "video", "voice", "audio", "document", "sticker"]
    caption: Annotated[str, msgspec.Meta(max_length=1024)] = ""
    name: Annotated[str, msgspec.Meta(max_length=240)] = ""
    reply_to: str = ""


class Uploads:
    """As rotas de arquivos."""

    def __init__(self, door: Door, vault: MediaVault) -> None:
        self._door = door
        self._vault = vault

    def routes(self) -> list[web.RouteDef]:
        """As rotas."""
        return [
            web.post("/simulator/chats/{person}/files", self.receive),
            web.get(FILES + "{id}", self.show),
        ]

    async def receive(self, request: web.Request) -> web.Response:
        """Partes `about` (JSON) e `file`, nessa ordem; responde como uma mensagem.

        Raises:
            ProblemError: 415, 422 ou 413, com o motivo.
        """
        person = self._door.person(request)
        if OWN_HEADER not in request.headers or request.content_type != "multipart/form-data":
            raise ProblemError(415, f"a file comes as multipart/form-data with {OWN_HEADER}")
        parts = await request.multipart()
        first = await parts.next()
        about = await _about(first if isinstance(first, BodyPartReader) else None)
        file = await parts.next()
        if not isinstance(file, BodyPartReader) or file.name != "file":
            raise ProblemError(422, "the second part must be file")
        mime = file.headers.get("Content-Type", "application/octet-stream")
        if not mime.startswith(_MIMES.get(about.kind, "")):
            raise ProblemError(422, f"a file of type {mime[:60]} is not of kind {about.kind}")
        stored = await self._keep(file, mime, about.name)
        return await self._door.told(_send(person, about, stored))

    async def show(self, request: web.Request) -> web.StreamResponse:
        """O arquivo, inteiro ou a faixa pedida."""
        stored = self._vault.find(request.match_info["id"])
        if stored is None:
            raise ProblemError(404, "no such file, or it expired")
        name = quote(stored.filename or "arquivo", safe="")
        where = "inline" if stored.mime.startswith(_SAFE) else "attachment"
        headers = {
            "Content-Type": stored.mime,
            "Content-Disposition": f"{where}; filename*=UTF-8''{name}",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-cache",
        }
        if stored.path:
            return web.FileResponse(stored.path, headers=headers)
        response = web.StreamResponse(headers=headers)
        response.content_length = stored.size
        await response.prepare(request)
        async for piece in stored.pieces():
            await response.write(piece)
        return response

    async def _keep(self, part: BodyPartReader, mime: str, name: str) -> Stored:
        place, digest, size, whole = self._vault.place(), hashlib.sha256(), 0, False
        try:
            with place.open("wb") as target:  # pedaços pequenos, disco local
                while piece := await part.read_chunk(PIECE):
                    size += len(piece)
                    if size > MAX_FILE:
                        raise ProblemError(413, f"a file is at most {MAX_FILE} bytes")
                    digest.update(piece)
                    target.write(piece)
            if not size:
                raise ProblemError(422, "the file is empty")
            whole = True
        finally:
            if not whole:  # nada fica pela metade, nem se quem manda desiste
                place.unlink(missing_ok=True)
        return self._vault.adopt(place, mime, name, digest.digest(), WEBHOOK_LIFE_MS)


async def _about(part: BodyPartReader | None) -> About:
    if part is None or part.name != "about":
        raise ProblemError(422, "the first part must be about")
    try:
        return msgspec.json.decode(await part.read_chunk(PIECE), type=About)
    except msgspec.DecodeError as error:
        raise ProblemError(422, str(error)) from None
    finally:
        await part.release()


def _send(person: Person, about: About, stored: Stored) -> Delivery:
    match about.kind:
        case "image":
            return person.photo(stored, about.caption, quoting=about.reply_to)
        case "video":
            return person.video(stored, about.caption, quoting=about.reply_to)
        case "voice":
            return person.voice(stored, quoting=about.reply_to)
        case "audio":
            return person.audio(stored, quoting=about.reply_to)
        case "sticker":
            return person.sticker(stored, quoting=about.reply_to)
        case "document":
            return person.document(stored, about.name, about.caption, quoting=about.reply_to)
