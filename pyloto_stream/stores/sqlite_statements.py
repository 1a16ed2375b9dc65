"""Que SQL realiza a porta? Uma função por operação, síncrona, sobre uma conexão."""

import secrets
import sqlite3
from collections.abc import Sequence

import msgspec

from pyloto_stream.errors import PermanentError
from pyloto_stream.stores.paths import split
from pyloto_stream.stores.ports import (
    TTL_FIELD,
    ConflictError,
    Create,
    Delete,
    Document,
    Merge,
    Query,
    Set,
    Update,
    Write,
)
from pyloto_stream.stores.values import DamagedError, Data, check, merged

_INSERT = "INSERT INTO documents (collection, id, version, data) VALUES (?, ?, ?, ?) ON CONFLICT "
_CREATE = _INSERT + "(collection, id) DO NOTHING"
_UPSERT = _INSERT + "(collection, id) DO UPDATE SET version = excluded.version, data = excluded.data"
_PURGE = (
    "DELETE FROM documents WHERE (collection, id) IN (SELECT collection, id FROM documents"  # noqa: S608 — constante
    f" WHERE json_extract(data, '$.{TTL_FIELD}') <= ? LIMIT ?)"
)
_RAW = "CAST(data AS BLOB)"
"""Bytes como estão: um texto que não é UTF-8 também tem de dar nome ao seu documento."""
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict).decode

Reply = list[str] | ConflictError | DamagedError | PermanentError
"""As versões de um grupo, ou o que o recusou: uma condição, um documento danificado ou grande demais."""


def get(connection: sqlite3.Connection, path: str) -> Document | None:
    """Um documento, ou `None`."""
    row = _row(connection, path)
    return Document(path, _data(path, row[1]), row[0]) if row else None


def query(connection: sqlite3.Connection, query: Query) -> list[Document]:
    """Documentos de `query`, cujos nomes de campo já foram conferidos."""
    sql, values = _select(query)
    return [
        Document(place := f"{query.collection}/{name}", _data(place, data), version)
        for name, version, data in connection.execute(sql, values)
    ]


def count(connection: sqlite3.Connection, collection: str) -> int:
    """Quantos documentos há em `collection`."""
    sql = "SELECT count(*) FROM documents WHERE collection = ?"
    found: int = connection.execute(sql, (collection,)).fetchone()[0]
    return found


def commit(connection: sqlite3.Connection, groups: Sequence[Sequence[Write]]) -> list[Reply]:
    """Grava todos os grupos numa transação. Um grupo recusado não deixa rastro e não atrapalha os outros."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        replies = [_group(connection, group) for group in groups]
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return replies


def purge(connection: sqlite3.Connection, now: str, limit: int) -> int:
    """Apaga até `limit` documentos vencidos em `now` (ISO); devolve quantos."""
    return connection.execute(_PURGE, (now, limit)).rowcount


def _group(connection: sqlite3.Connection, writes: Sequence[Write]) -> Reply:
    connection.execute("SAVEPOINT one")
    reply: Reply
    try:
        reply = [_applied(connection, write) for write in writes]
    except (ConflictError, DamagedError, PermanentError) as refusal:
        # só o grupo fica sem gravar: o que precisa do documento danificado, ou o que cresce demais
        connection.execute("ROLLBACK TO one")
        reply = refusal
    connection.execute("RELEASE one")
    return reply


def _applied(connection: sqlite3.Connection, write: Write) -> str:
    try:
        return _apply(connection, write)
    except sqlite3.OperationalError as error:
        if "malformed JSON" not in str(error):
            raise
        raise DamagedError(write.path) from None  # os índices leem o que está gravado, também para o trocar


def _apply(connection: sqlite3.Connection, write: Write) -> str:
    match write:
        case Create():
            return _put(connection, _CREATE, write.path, write.data)
        case Set():
            return _put(connection, _UPSERT, write.path, write.data)
        case Merge():
            row = _row(connection, write.path)
            before = _data(write.path, row[1]) if row else {}
            return _grow(connection, write.path, merged(before, write.data))
        case Update():
            row = _row(connection, write.path)
            if row is None or write.version not in {"", row[0]}:
                raise ConflictError
            return _grow(connection, write.path, {**_data(write.path, row[1]), **write.data})
        case Delete():
            if write.version and ((row := _row(connection, write.path)) is None or row[0] != write.version):
                raise ConflictError
            connection.execute("DELETE FROM documents WHERE collection = ? AND id = ?", split(write.path))
            return ""


def _grow(connection: sqlite3.Connection, path: str, data: Data) -> str:
    """Grava a soma do que havia e do que veio, que pode já não caber num documento."""
    check(data)
    return _put(connection, _UPSERT, path, data)


def _put(connection: sqlite3.Connection, sql: str, path: str, data: Data) -> str:
    version = secrets.token_hex(8)
    if connection.execute(sql, (*split(path), version, _encode(data).decode())).rowcount == 0:
        raise ConflictError
    return version


def _row(connection: sqlite3.Connection, path: str) -> tuple[str, bytes] | None:
    sql = f"SELECT version, {_RAW} FROM documents WHERE collection = ? AND id = ?"  # noqa: S608 — constante
    row: tuple[str, bytes] | None = connection.execute(sql, split(path)).fetchone()
    return row


def _data(path: str, raw: bytes) -> Data:
    """Os dados gravados em `path`.

    Raises:
        DamagedError: não são um objeto JSON.
    """
    try:
        data: Data = _decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise DamagedError(path) from None
    return data


def _select(query: Query) -> tuple[str, list[str | float | None]]:
    where, values = ["collection = ?"], [query.collection]
    parameters: list[str | float | None] = [*values]
    for field, value in query.where:
        where.append(f"{_extract(field)} = ?")
        parameters.append(value)
    order = [_extract(query.order_by)] if query.order_by else []
    where += [f"{column} IS NOT NULL" for column in order]
    order.append("id")
    if query.after is not None:
        sign = "<" if query.descending else ">"
        if query.order_by:  # redundante, mas é o que faz o índice começar onde a página anterior acabou
            where.append(f"{order[0]} {sign}= ?")
            parameters.append(query.after.value)
        where.append(f"({', '.join(order)}) {sign} ({', '.join('?' * len(order))})")
        parameters += [query.after.value, query.after.id] if query.order_by else [query.after.id]
    direction = " DESC" if query.descending else ""
    sql = (
        f"SELECT id, version, {_RAW} FROM documents WHERE {' AND '.join(where)}"  # noqa: S608 — campos conferidos
        f" ORDER BY {', '.join(column + direction for column in order)} LIMIT ?"
    )
    return sql, [*parameters, query.limit]


def _extract(field: str) -> str:
    return f"json_extract(data, '$.{field}')"


def checkpoint(connection: sqlite3.Connection) -> bool:
    """Leva o WAL ao arquivo e o trunca; `False` se outra conexão ainda lê o que está nele."""
    (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy
