"""E se o que se guardou da pessoa já nem se lê? Sai também, para que não impeça o resto.

Promete: só apaga o que tem a chave dela no caminho e não é um documento legível. Limite: um documento sem a
chave no caminho (uma exportação) espera por quem conserte o banco.
"""

from pyloto_stream.stores.chain import head_path
from pyloto_stream.stores.conversations import header_path
from pyloto_stream.stores.media import files_path
from pyloto_stream.stores.paths import path
from pyloto_stream.stores.ports import Delete, Documents, Query, position
from pyloto_stream.stores.profiles import history_path, profile_path
from pyloto_stream.stores.values import DamagedError

UNREADABLE = frozenset({DamagedError.code, "store_unavailable"})
"""Códigos com que um banco se queixa de um documento que não lê, ou de não poder ordenar com ele."""
_PAGE = 200


async def erase_unreadable(documents: Documents, user_key: str) -> int:
    """Apaga os documentos dela que não se leem; devolve quantos.

    Raises:
        UnavailableError: o banco não respondeu.
    """
    gone = 0
    for place in (head_path(user_key), header_path(user_key), profile_path(user_key)):
        try:
            await documents.get(place)
        except DamagedError:
            await documents.write(Delete(place))
            gone += 1
    own = [path("conversations", user_key, name) for name in ("messages", "audit")]
    for collection in (*own, files_path(user_key), history_path(user_key)):
        gone += await _of(documents, collection)
    return gone


async def _of(documents: Documents, collection: str) -> int:
    gone, query = 0, Query(collection, limit=_PAGE)
    while True:
        try:
            page = await documents.query(query)
        except DamagedError as damage:
            await documents.write(Delete(damage.path))
            gone += 1
            continue
        if len(page) < query.limit:
            return gone
        query = Query(collection, limit=_PAGE, after=position(page[-1], ""))
