"""O que se faz no disco para que um arquivo apareça inteiro? Funções que bloqueiam, para rodar fora do laço.

Promete: o que `Draft.publish` nomeou está no disco (`fsync`); arquivos 0600, pastas 0700. Limite: tudo aqui
levanta `OSError`; traduzir é de quem chama (`object_folder.py`).
"""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from stat import S_ISREG
from typing import BinaryIO

from pyloto_stream.stores.objects import ObjectEntry, ObjectInfo, ObjectMissingError, is_path


class Draft:
    """Um arquivo à parte, travado enquanto existe quem o escreve; some com `discard`."""

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

    def publish(self, place: Path, create_only: bool) -> bool:  # noqa: FBT001 — vai por posição, para outra thread
        """Dá o nome ao que está inteiro no disco; devolve `False` se já há outro e só se queria criar."""
        self.file.flush()
        os.fsync(self.file.fileno())
        private(place.parent)
        with _alone(self.path.parent, fcntl.LOCK_SH):
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


def prepare(incoming: Path) -> None:
    """Cria `incoming` e apaga o que ali ficou de quem morreu escrevendo."""
    private(incoming)
    for left in incoming.iterdir():
        with suppress(FileNotFoundError), left.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue  # alguém ainda escreve
            left.unlink()


def open_to_read(place: Path) -> BinaryIO:
    """O arquivo aberto; `ObjectMissingError` se não há."""
    if look(place) is None:
        raise ObjectMissingError
    return place.open("rb")


def look(place: Path) -> ObjectInfo | None:
    """Tamanho e instante da gravação; `None` se não há."""
    try:
        found = place.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return ObjectInfo(found.st_size, found.st_mtime_ns // 1_000_000) if S_ISREG(found.st_mode) else None


def remove(place: Path) -> bool:
    """Apaga; devolve se existia."""
    try:
        place.unlink()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def remove_old(place: Path, incoming: Path, before_ms: int) -> bool:
    """Apaga o que foi gravado antes de `before_ms`, e nunca o que outro põe no lugar enquanto se olha.

    Enquanto olha e apaga, nenhum `publish` dá nome a nada.
    """
    if look(place) is None:
        return False
    with _alone(incoming, fcntl.LOCK_EX):
        found = look(place)
        return found is not None and found.created_at_ms < before_ms and remove(place)


@contextmanager
def _alone(incoming: Path, how: int) -> Iterator[None]:
    """Segura a trava da pasta: quem nomeia, com os outros que nomeiam (`LOCK_SH`); quem apaga o velho, só."""
    number = os.open(incoming, os.O_RDONLY)
    try:
        fcntl.flock(number, how)
        yield
    finally:
        os.close(number)


def private(folder: Path) -> None:
    """Cria `folder` e o que falta acima, só para o dono, e já no disco."""
    if not folder.is_dir():
        private(folder.parent)
        folder.mkdir(exist_ok=True, mode=0o700)
        _sync(folder.parent)


def _sync(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def walk(root: Path, inside: tuple[str, ...]) -> Iterator[ObjectEntry]:
    """Os objetos de `root` sob `inside`, sem guardar mais que uma pasta aberta por nível."""
    try:
        found = os.scandir(root.joinpath(*inside))
    except (FileNotFoundError, NotADirectoryError):
        return
    with found:
        for entry in found:
            path = (*inside, entry.name)
            if not is_path("/".join(path)):
                continue  # o que está a caminho, ou o que não é nosso
            if entry.is_dir(follow_symlinks=False):
                yield from walk(root, path)
            elif info := look(Path(entry.path)):  # some no meio da lista: não vem
                yield ObjectEntry("/".join(path), info.size, info.created_at_ms)
