"""Como uma pasta guarda objetos sem nunca mostrar um pela metade? Escreve à parte, e só então dá o nome.

Promete: o que tem nome está inteiro e no disco (`fsync`); arquivos 0600 e pastas 0700; o laço de eventos
nunca espera o disco. Quem escreve segura uma trava no arquivo à parte: ao abrir a pasta, um que ninguém
segura é resto de uma queda e some. Limite: uma só máquina; o tipo do conteúdo não é guardado; os links são
servidos pelo endereço privado da entrada (`ingress/objects.py`).
"""

import asyncio
import errno
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import islice
from pathlib import Path
from typing import BinaryIO, ParamSpec, Self, TypeVar

from pyloto_stream.errors import MisconfiguredError, UnavailableError
from pyloto_stream.stores.object_disk import Draft, look, open_to_read, prepare, remove, remove_old, walk
from pyloto_stream.stores.object_links import ObjectLinks
from pyloto_stream.stores.objects import (
    FULL,
    REFUSED,
    UNAVAILABLE,
    ObjectEntry,
    ObjectInfo,
    Objects,
    check_path,
    check_prefix,
)

READ_BYTES = 256 * 1024
BATCH_BYTES = 1024 * 1024
"""Quanto se junta antes de cada ida ao disco: poucas trocas de thread, e memória constante."""
LIST_ITEMS = 500

_INCOMING = ".incoming"
"""Onde se escreve o que ainda não tem nome; nenhum caminho de objeto começa com ponto."""
_CODES = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EFBIG), FULL),
    **dict.fromkeys((errno.EACCES, errno.EPERM), REFUSED),
}
"""As falhas do sistema que têm code próprio."""

P = ParamSpec("P")
T = TypeVar("T")


class FolderObjects(Objects):
    """Objetos numa pasta; para gravar, crie com `open_folder`. Sem `links`, não há `signed_url`."""

    def __init__(self, root: Path, links: ObjectLinks | None = None) -> None:
        self._root = root
        self._links = links

    @classmethod
    async def open_folder(cls, root: Path, links: ObjectLinks | None = None) -> Self:
        """Abre a pasta, que é criada se falta, e apaga o que uma queda deixou pela metade.

        Raises:
            UnavailableError: a pasta não pode ser usada.
        """
        await _disk(prepare, root / _INCOMING)
        return cls(root, links)

    async def put(
        self, path: str, chunks: AsyncIterator[bytes], content_type: str, *, create_only: bool = False
    ) -> bool:
        """Grava; o nome aparece de uma vez, e dois que criam o mesmo nunca se misturam."""
        del content_type
        place = self._place(path)
        if create_only and await self.head(path) is not None:
            return False
        draft = await _disk(Draft, self._root / _INCOMING)
        try:
            await _pour(draft, chunks)
            return await _disk(draft.publish, place, create_only)
        finally:
            await asyncio.shield(_disk(draft.discard))

    @asynccontextmanager
    async def open(self, path: str) -> AsyncIterator[AsyncIterator[bytes]]:
        """Lê em pedaços de até `READ_BYTES`."""
        file = await _disk(open_to_read, self._place(path))
        try:
            yield _pieces(file)
        finally:
            await asyncio.shield(asyncio.to_thread(file.close))

    async def head(self, path: str) -> ObjectInfo | None:
        """Tamanho e instante da gravação."""
        return await _disk(look, self._place(path))

    async def delete(self, path: str, *, before_ms: int | None = None) -> bool:
        """Apaga o arquivo; as pastas ficam."""
        if before_ms is None:
            return await _disk(remove, self._place(path))
        return await _disk(remove_old, self._place(path), self._root / _INCOMING, before_ms)

    async def list(self, prefix: str) -> AsyncIterator[ObjectEntry]:
        """Em lotes de `LIST_ITEMS`."""
        entries = walk(self._root, check_prefix(prefix))
        while batch := await _disk(tuple, islice(entries, LIST_ITEMS)):
            for entry in batch:
                yield entry

    async def signed_url(self, path: str, ttl_s: int, *, filename: str = "") -> str:
        """Ver a porta."""
        if self._links is None:
            raise MisconfiguredError("ADMIN_PORT: must be a fixed port for object links")
        return self._links.url(path, ttl_s, filename)

    async def close(self) -> None:
        """Nada: entre chamadas nenhum arquivo fica aberto."""

    def _place(self, path: str) -> Path:
        return self._root.joinpath(*check_path(path))


async def _disk(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """`work` fora do laço, com a falha do sistema traduzida sem caminho nem nome."""
    try:
        return await asyncio.to_thread(work, *args, **kwargs)
    except OSError as error:
        code = _CODES.get(error.errno or 0, UNAVAILABLE)
        why = error.strerror or type(error).__name__
    raise UnavailableError(f"OBJECT_FOLDER: cannot be used ({why})", code=code)


async def _pour(draft: Draft, chunks: AsyncIterator[bytes]) -> None:
    held, size = list[bytes](), 0
    async for chunk in chunks:
        held.append(chunk)
        size += len(chunk)
        if size >= BATCH_BYTES:
            await _disk(draft.write, held)
            held, size = list[bytes](), 0
    await _disk(draft.write, held)


async def _pieces(file: BinaryIO) -> AsyncIterator[bytes]:
    while piece := await _disk(file.read, READ_BYTES):
        yield piece
