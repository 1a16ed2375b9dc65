"""Como uma pasta guarda objetos sem nunca mostrar um pela metade? Escreve à parte, e só então dá o nome.

Promete: o que tem nome está inteiro e no disco (`fsync`); arquivos 0600 e pastas 0700; o laço de eventos
nunca espera o disco. Quem escreve segura uma trava no arquivo à parte: ao abrir a pasta, um que ninguém
segura é resto de uma queda e some. Limite: uma só máquina; o tipo do conteúdo não é guardado.
"""

import asyncio
import errno
import fcntl
import os
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from stat import S_ISREG
from typing import BinaryIO, ParamSpec, Self, TypeVar

from pyloto_stream.errors import UnavailableError
from pyloto_stream.stores.objects import ObjectInfo, ObjectMissingError, Objects, check_path

READ_BYTES = 256 * 1024
BATCH_BYTES = 1024 * 1024
"""Quanto se junta antes de cada ida ao disco: poucas trocas de thread, e memória constante."""

_INCOMING = ".incoming"
"""Onde se escreve o que ainda não tem nome; nenhum caminho de objeto começa com ponto."""
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})

P = ParamSpec("P")
T = TypeVar("T")


class FolderObjects(Objects):
    """Objetos numa pasta; criado por `open_folder`."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @classmethod
    async def open_folder(cls, root: Path) -> Self:
        """Abre a pasta, que é criada se falta, e apaga o que uma queda deixou pela metade.

        Raises:
            UnavailableError: a pasta não pode ser usada.
        """
        await _disk(_prepare, root / _INCOMING)
        return cls(root)

    async def put(
        self, path: str, chunks: AsyncIterator[bytes], content_type: str, *, create_only: bool = False
    ) -> bool:
        """Grava; o nome aparece de uma vez, e dois que criam o mesmo nunca se misturam."""
        del content_type
        place = self._place(path)
        if create_only and await self.head(path) is not None:
            return False
        draft = await _disk(_Draft, self._root / _INCOMING)
        try:
            await _pour(draft, chunks)
            return await _disk(draft.publish, place, create_only)
        finally:
            await asyncio.shield(_disk(draft.discard))

    @asynccontextmanager
    async def open(self, path: str) -> AsyncIterator[AsyncIterator[bytes]]:
        """Lê em pedaços de até `READ_BYTES`."""
        file = await _disk(_open_to_read, self._place(path))
        try:
            yield _pieces(file)
        finally:
            await asyncio.shield(asyncio.to_thread(file.close))

    async def head(self, path: str) -> ObjectInfo | None:
        """Tamanho e instante da gravação."""
        return await _disk(_look, self._place(path))

    async def delete(self, path: str) -> bool:
        """Apaga o arquivo; as pastas ficam."""
        return await _disk(_remove, self._place(path))

    async def close(self) -> None:
        """Nada: entre chamadas nenhum arquivo fica aberto."""

    def _place(self, path: str) -> Path:
        return self._root.joinpath(*check_path(path))


async def _disk(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """`work` fora do laço, com a falha do sistema traduzida sem caminho nem nome."""
    code = ""
    try:
        return await asyncio.to_thread(work, *args, **kwargs)
    except OSError as error:
        code = "object_store_full" if error.errno in _FULL else "object_store_unavailable"
    raise UnavailableError("the object folder refused", code=code)


class _Draft:
    """Um arquivo à parte, travado enquanto existe quem o escreve; funções de disco, para `_disk`."""

    def __init__(self, incoming: Path) -> None:
        number, name = tempfile.mkstemp(dir=incoming)  # nasce 0600
        self.path = Path(name)
        self.file = os.fdopen(number, "wb")
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX)
        except OSError:
            self.discard()
            raise

    def write(self, pieces: list[bytes]) -> None:
        """Acrescenta."""
        self.file.writelines(pieces)

    def publish(self, place: Path, create_only: bool) -> bool:  # noqa: FBT001 — vai por posição, para `_disk`
        """Dá o nome ao que está inteiro no disco; devolve `False` se já há outro e só se queria criar."""
        self.file.flush()
        os.fsync(self.file.fileno())
        _private(place.parent)
        if create_only:
            try:
                place.hardlink_to(self.path)
            except FileExistsError:
                return False
        else:
            self.path.replace(place)
        _sync(place.parent)
        return True

    def discard(self) -> None:
        """Larga e apaga o que ficou à parte; nada acontece se já tem nome."""
        with suppress(OSError):  # o que faltava escrever pode não caber, e já não importa
            self.file.close()
        self.path.unlink(missing_ok=True)


async def _pour(draft: _Draft, chunks: AsyncIterator[bytes]) -> None:
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


def _prepare(incoming: Path) -> None:
    _private(incoming)
    for left in incoming.iterdir():
        with suppress(FileNotFoundError), left.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue  # alguém ainda escreve
            left.unlink()


def _open_to_read(place: Path) -> BinaryIO:
    if _look(place) is None:
        raise ObjectMissingError
    return place.open("rb")


def _look(place: Path) -> ObjectInfo | None:
    try:
        found = place.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return ObjectInfo(found.st_size, found.st_mtime_ns // 1_000_000) if S_ISREG(found.st_mode) else None


def _remove(place: Path) -> bool:
    try:
        place.unlink()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def _private(folder: Path) -> None:
    """Cria `folder` e o que falta acima, só para o dono, e já no disco."""
    if not folder.is_dir():
        _private(folder.parent)
        folder.mkdir(exist_ok=True, mode=0o700)
        _sync(folder.parent)


def _sync(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
