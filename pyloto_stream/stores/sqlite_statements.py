"""Que SQL realiza a porta? Uma função por operação, síncrona, sobre uma conexão."""

import secrets
import sqlite3
from collections.abc import Sequence

import msgspec

from pyloto_stream.errors import UnavailableError
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
from pyloto_stream.stores.values import Data, merged

_INSERT = "INSERT INTO documents (collection, id, version, data) VALUES (?, ?, ?, ?) ON CONFLICT "
_CREATE = _INSERT + "(collection, id) DO NOTHING"
_UPSERT = _INSERT + "(collection, id) DO UPDATE SET version = excluded.version, data = excluded.data"
_PURGE = (
    "DELETE FROM documents WHERE (collection, id) IN (SELECT collection, id FROM documents"  # noqa: S608 — constante
    f" WHERE json_extract(data, '$.{TTL_FIELD}') <= ? LIMIT ?)"
)
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode

Reply = list[str] | ConflictError | UnavailableError
"""Versões gravadas por um grupo, ou o que o recusou: uma condição, ou um documento danificado."""


def corrupt() -> UnavailableError:
    """Um documento gravado que não se lê: espera conserto."""
    return UnavailableError("a stored document is not JSON", code="store_corrupt")


def get(connection: sqlite3.Connection, path: str) -> Document | None:
    """Um documento, ou `None`."""
    row = _row(connection, path)
    return Document(path, _decode(row[1]), row[0]) if row else None


def query(connection: sqlite3.Connection, query: Query) -> list[Document]:
    """Documentos de `query`, cujos nomes de campo já foram conferidos."""
    sql, values = _select(query)
    return [
        Document(f"{query.collection}/{name}", _decode(data), version)
        for name, version, data in connection.execute(sql, values)
    ]


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
        reply = [_apply(connection, write) for write in writes]
    except ConflictError as conflict:
        connection.execute("ROLLBACK TO one")
        reply = conflict
    except msgspec.DecodeError:  # só quem precisa do documento danificado fica sem gravar
        connection.execute("ROLLBACK TO one")
        reply = corrupt()
    connection.execute("RELEASE one")
    return reply


def _apply(connection: sqlite3.Connection, write: Write) -> str:
    match write:
        case Create():
            return _put(connection, _CREATE, write.path, write.data)
        case Set():
            return _put(connection, _UPSERT, write.path, write.data)
        case Merge():
            row = _row(connection, write.path)
            return _put(connection, _UPSERT, write.path, merged(_decode(row[1]) if row else {}, write.data))
        case Update():
            row = _row(connection, write.path)
            if row is None or write.version not in {"", row[0]}:
                raise ConflictError
            return _put(connection, _UPSERT, write.path, {**_decode(row[1]), **write.data})
        case Delete():
            connection.execute("DELETE FROM documents WHERE collection = ? AND id = ?", split(write.path))
            return ""


def _put(connection: sqlite3.Connection, sql: str, path: str, data: Data) -> str:
    version = secrets.token_hex(8)
    if connection.execute(sql, (*split(path), version, _encode(data).decode())).rowcount == 0:
        raise ConflictError
    return version


def _row(connection: sqlite3.Connection, path: str) -> tuple[str, str] | None:
    sql = "SELECT version, data FROM documents WHERE collection = ? AND id = ?"
    row: tuple[str, str] | None = connection.execute(sql, split(path)).fetchone()
    return row


def _select(query: Query) -> tuple[str, list[str | int | None]]:
    where, values = ["collection = ?"], [query.collection]
    parameters: list[str | int | None] = [*values]
    for field, value in query.where:
        where.append(f"{_extract(field)} = ?")
        parameters.append(value)
    order = [_extract(query.order_by)] if query.order_by else []
    where += [f"{column} IS NOT NULL" for column in order]
    order.append("id")
    if query.after is not None:
        sign = "<" if query.descending else ">"
        where.append(f"({', '.join(order)}) {sign} ({', '.join('?' * len(order))})")
        parameters += [query.after.value, query.after.id] if query.order_by else [query.after.id]
    direction = " DESC" if query.descending else ""
    sql = (
        f"SELECT id, version, data FROM documents WHERE {' AND '.join(where)}"  # noqa: S608 — campos conferidos
        f" ORDER BY {', '.join(column + direction for column in order)} LIMIT ?"
    )
    return sql, [*parameters, query.limit]


def _extract(field: str) -> str:
    return f"json_extract(data, '$.{field}')"
