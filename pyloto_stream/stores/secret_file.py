"""Como guardar um segredo com versões numa máquina só? Um arquivo por segredo, só do dono.

Forma: uma linha por versão, da mais nova à mais velha, `id<TAB>enabled|disabled<TAB>valor`: o valor em uso é
`head -n 1 ARQUIVO | cut -f 3`. Promete: quem lê vê o arquivo de antes ou o de depois, nunca o meio; dois
escritores não se atropelam; um arquivo que outros podem ler é recusado. Limite: um disco local, com `flock`.
"""

import asyncio
import contextlib
import fcntl
import os
import re
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from pyloto_stream.errors import MisconfiguredError, PermanentError, UnavailableError
from pyloto_stream.stores.secrets import DISABLED, LATEST, UNKNOWN, Secrets, SecretVersion, check_value

_NAME = re.compile(r"(?!\.)[A-Za-z0-9._-]{1,128}")
_DRAFT = "[0-9a-f]" * 16
_STATES = {"enabled": True, "disabled": False}


class _Line(msgspec.Struct, frozen=True):
    id: str
    enabled: bool
    value: str


class SecretFile(Secrets):
    """Os segredos da pasta `folder`, um arquivo cada."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __repr__(self) -> str:
        """Sem nomes nem valores."""
        return "<SecretFile>"

    async def get(self, name: str, version: str = LATEST) -> str:
        """Ver a porta."""
        lines = await asyncio.to_thread(self._read, name)
        for line in lines:
            if version in (LATEST, line.id):
                if not line.enabled:
                    raise PermanentError("the secret version is disabled", code=DISABLED)
                return line.value
        raise PermanentError("no such secret version in the file", code=UNKNOWN)

    async def versions(self, name: str) -> list[SecretVersion]:
        """Ver a porta."""
        lines = await asyncio.to_thread(self._read, name)
        return [SecretVersion(line.id, line.enabled) for line in lines]

    async def add_version(self, name: str, value: str) -> str:
        """Ver a porta; o arquivo nasce com a primeira."""
        check_value(value)

        def add(lines: list[_Line]) -> list[_Line]:
            newest = max((int(line.id) for line in lines), default=0)
            return [_Line(str(newest + 1), enabled=True, value=value), *lines]

        lines = await asyncio.to_thread(self._change, name, add, create=True)
        return lines[0].id

    async def disable(self, name: str, version: str) -> None:
        """Ver a porta."""

        def turn_off(lines: list[_Line]) -> list[_Line]:
            if version not in {line.id for line in lines}:
                raise PermanentError("no such secret version in the file", code=UNKNOWN)
            return [
                msgspec.structs.replace(line, enabled=line.enabled and line.id != version) for line in lines
            ]

        await asyncio.to_thread(self._change, name, turn_off, create=False)

    async def close(self) -> None:
        """Nada a fechar."""

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise MisconfiguredError("secret file: the name must be letters, digits, '.', '_' and '-'")
        return self._folder / name

    def _read(self, name: str) -> list[_Line]:
        path = self._path(name)
        with _told():
            try:
                with path.open("rb") as file:
                    if os.fstat(file.fileno()).st_mode & 0o077:
                        raise MisconfiguredError("secret file: others can read it; chmod 600")
                    content = file.read()
            except FileNotFoundError:
                raise PermanentError("no such secret file", code=UNKNOWN) from None
        return _parse(content)

    def _change(
        self, name: str, change: Callable[[list[_Line]], list[_Line]], *, create: bool
    ) -> list[_Line]:
        path = self._path(name)
        with _told():
            if create:
                self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with _locked(self._folder) as folder:
                for left in self._folder.glob(f".{name}.{_DRAFT}"):  # de quem morreu antes de dar o nome
                    left.unlink()
                lines = change([] if create and not path.exists() else self._read(name))
                text = "".join(
                    f"{line.id}\t{'enabled' if line.enabled else 'disabled'}\t{line.value}\n"
                    for line in lines
                )
                _replace(path, text.encode())
                os.fsync(folder)
        return lines


def _parse(content: bytes) -> list[_Line]:
    lines = []
    try:
        for row in content.decode().splitlines():
            version, state, value = row.split("\t")
            lines.append(_Line(str(int(version)), _STATES[state], value))
    except (ValueError, KeyError):
        raise MisconfiguredError("secret file: it does not have the form of one") from None
    return lines


def _replace(path: Path, content: bytes) -> None:
    """Troca o arquivo inteiro de uma vez; o provisório nasce já só do dono."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[int]:
    """Um escritor por vez na pasta; o fim do processo solta."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle
    finally:
        os.close(handle)


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Uma falha do sistema vira uma nossa, sem caminho."""
    try:
        yield
    except PermissionError:
        raise MisconfiguredError("secret file: this user may not read or write it") from None
    except OSError as error:
        raise UnavailableError(f"secret file failed ({error.strerror})", code="secrets_unavailable") from None
