"""Onde a Meta local guarda arquivos? Em disco, numa pasta temporária, ou como receita de bytes.

Promete: o arquivo inteiro nunca fica na memória além do que quem o pôs já tinha; um id vencido ou apagado não
existe mais. Ids de webhooks vivem 7 dias e os de upload 30; um endereço de download vale 5 minutos (página
"Media"). Limite: `put` com bytes ou caminho bloqueia enquanto grava; é para arquivos de teste.
"""

import hashlib
import random
import shutil
from base64 import b64encode
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory

import msgspec

from pyloto_stream.clock import Clock
from pyloto_stream.simulator.envelopes import Json

DAY_MS = 24 * 60 * 60_000
WEBHOOK_LIFE_MS = 7 * DAY_MS
UPLOAD_LIFE_MS = 30 * DAY_MS
URL_LIFE_MS = 5 * 60_000
PIECE = 256 * 1024
_HEADS = {
    "application/pdf": b"%PDF-1.7\n",
    "image/jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00",
    "image/png": b"\x89PNG\r\n\x1a\n",
    "audio/ogg": b"OggS\x00\x02",
    "video/mp4": b"\x00\x00\x00\x18ftypmp42",
}
"""Como começa um arquivo de cada tipo: o bastante para quem fareja."""


class Recipe(msgspec.Struct, frozen=True):
    """Bytes que não existem até alguém lê-los: um começo, e um bloco repetido até `size`."""

    size: int
    seed: int
    head: bytes

    def block(self) -> bytes:
        """O bloco que se repete."""
        return random.Random(self.seed).randbytes(PIECE)  # noqa: S311 — bytes de teste, não segredo


class Stored(msgspec.Struct, frozen=True):
    """Um arquivo guardado. `path` vazio: vem de `recipe`."""

    id: str
    mime: str
    filename: str
    size: int
    digest: bytes
    expires_ms: int
    path: str = ""
    recipe: Recipe | None = None

    def entry(self, url: str) -> Json:
        """As chaves do arquivo num webhook: o SHA-256 vai em base64."""
        sha256 = b64encode(self.digest).decode()
        return {"mime_type": self.mime, "sha256": sha256, "id": self.id, "url": url}

    async def pieces(self) -> AsyncIterator[bytes]:
        """Os bytes, aos pedaços."""
        if self.recipe is None:
            with Path(self.path).open("rb") as source:  # noqa: ASYNC230 — pedaços pequenos, disco local
                while piece := source.read(PIECE):
                    yield piece
            return
        yield self.recipe.head
        block, left = self.recipe.block(), self.size - len(self.recipe.head)
        while left > 0:
            yield block[:left]
            left -= len(block)


class MediaVault:
    """Os arquivos. `base_url` é o endereço do simulador, posto quando ele começa."""

    def __init__(self, clock: Clock) -> None:
        self.base_url = ""
        self._clock = clock
        self._files: dict[str, Stored] = {}
        self._folder: TemporaryDirectory[str] | None = None
        self._ids = count(random.randrange(10**14, 10**15))  # noqa: S311 — só para não repetir

    def put(
        self, data: bytes | Path, mime: str, filename: str = "", life_ms: int = WEBHOOK_LIFE_MS
    ) -> Stored:
        """Guarda bytes ou uma cópia de um arquivo."""
        place = self.place()
        if isinstance(data, Path):
            shutil.copyfile(data, place)
        else:
            place.write_bytes(data)
        with place.open("rb") as source:
            digest = hashlib.file_digest(source, "sha256").digest()
        return self.adopt(place, mime, filename, digest, life_ms)

    def put_generated(
        self, size: int, seed: int, mime: str = "application/pdf", filename: str = ""
    ) -> Stored:
        """Um arquivo de `size` bytes, sempre o mesmo para o mesmo `seed`, que não ocupa disco nem memória."""
        recipe = Recipe(size, seed, _HEADS.get(mime.partition(";")[0], b"")[:size])
        digest, left, block = hashlib.sha256(recipe.head), size - len(recipe.head), recipe.block()
        while left > 0:
            digest.update(block[:left])
            left -= len(block)
        expires_ms = self._clock() + WEBHOOK_LIFE_MS
        return self._keep(
            Stored(str(next(self._ids)), mime, filename, size, digest.digest(), expires_ms, recipe=recipe)
        )

    def adopt(self, place: Path, mime: str, filename: str, digest: bytes, life_ms: int) -> Stored:
        """Guarda o que já está em `place`."""
        size, expires_ms = place.stat().st_size, self._clock() + life_ms
        return self._keep(Stored(str(next(self._ids)), mime, filename, size, digest, expires_ms, str(place)))

    def place(self) -> Path:
        """Onde escrever um arquivo novo."""
        if self._folder is None:
            self._folder = TemporaryDirectory(prefix="local-meta-")
        return Path(self._folder.name) / token_hex(8)

    def find(self, media_id: str) -> Stored | None:
        """O arquivo, se existe e não venceu."""
        stored = self._files.get(media_id)
        return stored if stored is not None and self._clock() < stored.expires_ms else None

    def delete(self, media_id: str) -> bool:
        """Esquece o arquivo; diz se existia."""
        stored = self._files.pop(media_id, None)
        if stored is not None and stored.path:
            Path(stored.path).unlink(missing_ok=True)
        return stored is not None

    def url(self, stored: Stored) -> str:
        """Um endereço de download, que vale 5 minutos a partir de agora."""
        return f"{self.base_url}/simulator/media/{stored.id}?until={self._clock() + URL_LIFE_MS}"

    def fresh(self, until: str) -> bool:
        """O endereço com esse prazo ainda vale?"""
        return until.isascii() and until.isdigit() and 0 <= int(until[:16]) - self._clock() <= URL_LIFE_MS

    def entry(self, stored: Stored) -> Json:
        """As chaves de `stored` num webhook emitido agora."""
        return stored.entry(self.url(stored))

    def close(self) -> None:
        """Apaga tudo."""
        self._files.clear()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def _keep(self, stored: Stored) -> Stored:
        self._files[stored.id] = stored
        return stored
