"""Como se abre o arquivo dos documentos sem risco para o que já está nele?

Um arquivo que não é nosso, ou está danificado, é recusado com a saída e nunca alterado. O que é nosso abre em
WAL (leitores não esperam quem grava; vários processos ao mesmo tempo) com `synchronous=FULL`: quem grava é a
trilha de auditoria, e o Redis apaga a entrada logo depois; uma queda de energia não pode levar o que já se
confirmou. O `fsync` a mais divide-se por todos os que entram na mesma transação. Limite: WAL exige um disco
local.
"""

import errno
import os
import sqlite3
import time
from contextlib import suppress
from pathlib import Path

from pyloto_stream.errors import MisconfiguredError, UnavailableError

APPLICATION_ID = 0x50594C54
"""`PYLT`: marca no cabeçalho do arquivo de quem ele é."""
SCHEMA_VERSION = 1
_CHECKED_BYTES = 64 * 1024 * 1024
"""Até este tamanho o arquivo é conferido inteiro ao abrir; acima, o dano aparece no uso."""
_DAMAGE = (
    "SQLITE_PATH: the file is damaged or is not a SQLite database; it was left untouched."
    " Restore a backup over it, move it away to start empty, or name another file"
)

_SCHEMA = (
    """CREATE TABLE IF NOT EXISTS documents (
        collection TEXT NOT NULL, id TEXT NOT NULL, version TEXT NOT NULL, data TEXT NOT NULL,
        PRIMARY KEY (collection, id))""",
    *(
        f"""CREATE INDEX IF NOT EXISTS documents_{field} ON documents
        (collection, json_extract(data, '$.{field}'), id) WHERE json_extract(data, '$.{field}') IS NOT NULL"""
        for field in ("status", "user_key", "last_message_at", "seq", "timestamp")
    ),
    """CREATE INDEX IF NOT EXISTS documents_expires_at ON documents (json_extract(data, '$.expires_at'))
        WHERE json_extract(data, '$.expires_at') IS NOT NULL""",
    f"PRAGMA application_id = {APPLICATION_ID}",
    f"PRAGMA user_version = {SCHEMA_VERSION}",
)


def open_file(path: Path, busy_s: float) -> sqlite3.Connection:
    """Conexão que grava; cria pasta (0700), arquivo (0600) e tabela se faltam.

    `busy_s`: segundos de espera por outro processo que esteja gravando.

    Raises:
        MisconfiguredError: arquivo de outro programa, danificado, de versão mais nova ou sem acesso.
        UnavailableError: outro processo gravou por mais de `busy_s`.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Só se falta: fechar um descritor de um arquivo já aberto aqui soltaria as travas (POSIX) de todas as
        # conexões deste processo, e outro gravaria por cima ("How To Corrupt", seção 2.2 da documentação).
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not os.access(path, os.R_OK | os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except (FileExistsError, NotADirectoryError):
        raise MisconfiguredError(
            "SQLITE_PATH: cannot be opened for writing (what should be its folder is a file)"
        ) from None
    except OSError as error:
        raise MisconfiguredError(f"SQLITE_PATH: cannot be opened for writing ({error.strerror})") from None
    connection = connect(path, busy_s)
    try:
        _recognise(connection, path)
        _prepare(connection, busy_s)
    except sqlite3.Error as error:
        connection.close()
        if _damaged(error):
            raise MisconfiguredError(_DAMAGE) from None
        if _busy(error):
            raise outage(error) from None
        raise MisconfiguredError(f"SQLITE_PATH: cannot be used ({error.sqlite_errorname})") from None
    except MisconfiguredError:
        connection.close()
        raise
    return connection


def connect(path: Path, busy_s: float) -> sqlite3.Connection:
    """Conexão sem transação implícita, que qualquer fio pode usar, um por vez."""
    return sqlite3.connect(path, timeout=busy_s, isolation_level=None, check_same_thread=False)


def outage(error: sqlite3.Error) -> UnavailableError:
    """Falha de uso como indisponibilidade: espera conserto, nunca enterra o que está na fila."""
    name = getattr(error, "sqlite_errorname", type(error).__name__)
    code = "store_corrupt" if _damaged(error) else "store_unavailable"
    return UnavailableError(f"document store failed ({name})", code=code)


def _damaged(error: sqlite3.Error) -> bool:
    code = getattr(error, "sqlite_errorcode", 0)  # ausente quando o erro é do módulo, não do SQLite
    return code & 0xFF in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}


def _busy(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY


def _recognise(connection: sqlite3.Connection, path: Path) -> None:
    """Só leituras: nada muda num arquivo que não é nosso."""
    owner, version, tables = connection.execute(
        "SELECT (SELECT application_id FROM pragma_application_id),"
        " (SELECT user_version FROM pragma_user_version), (SELECT count(*) FROM sqlite_master)"
    ).fetchone()
    if owner != APPLICATION_ID and (owner or tables):
        raise MisconfiguredError(
            "SQLITE_PATH: the file belongs to another program; it was left untouched. Name another file"
        )
    if version > SCHEMA_VERSION:
        raise MisconfiguredError("SQLITE_PATH: the file was written by a newer version; run that version")
    if path.stat().st_size <= _CHECKED_BYTES:
        (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise MisconfiguredError(_DAMAGE)


def _prepare(connection: sqlite3.Connection, busy_s: float) -> None:
    deadline = time.monotonic() + busy_s
    while True:
        try:
            (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
            break
        except sqlite3.OperationalError:  # a troca de modo não usa a espera do SQLite quando outro abre junto
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)
    if mode != "wal":
        raise MisconfiguredError("SQLITE_PATH: the file system does not support WAL; use a local disk")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA secure_delete = ON")  # o que se apaga não fica legível nas páginas livres
    connection.execute("BEGIN IMMEDIATE")
    for statement in _SCHEMA:
        connection.execute(statement)
    connection.execute("COMMIT")
