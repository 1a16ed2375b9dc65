"""Tudo o que se pede a um repositório de objetos, para ver cada pedido falhar."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from pyloto_stream.errors import UnavailableError
from pyloto_stream.stores.object_gcs_transfer import BLOCK_BYTES
from pyloto_stream.stores.objects import Objects
from tests.support.storage_room import StorageRoom

PATH = "media/ab/abcdef"
SMALL, LARGE = 1000, 3 * BLOCK_BYTES + 17


async def of_size(size: int, piece: int = 200_000) -> AsyncIterator[bytes]:
    for start in range(0, size, piece):
        yield b"x" * min(piece, size - start)


async def read(objects: Objects) -> int:
    size = 0
    async with objects.open(PATH) as chunks:
        async for chunk in chunks:
            size += len(chunk)
    return size


async def listed(objects: Objects) -> list[str]:
    return [entry.path async for entry in objects.list("media/")]


Operation = Callable[[Objects], Awaitable[object]]
OPERATIONS: dict[str, Operation] = {
    "put": lambda objects: objects.put(PATH, of_size(SMALL), ""),
    "put large": lambda objects: objects.put(PATH, of_size(LARGE), ""),
    "create": lambda objects: objects.put(PATH, of_size(LARGE), "", create_only=True),
    "open": read,
    "head": lambda objects: objects.head(PATH),
    "delete": lambda objects: objects.delete(PATH),
    "list": listed,
}


async def failing(objects: Objects, operation: Operation, room: StorageRoom) -> UnavailableError:
    """A falha, que nada diz do que o serviço disse."""
    with pytest.raises(UnavailableError) as caught:
        await operation(objects)
    error = caught.value
    told = f"{error!r} {error.__context__!r} {error.__cause__!r}"
    assert not any(word in told for word in (PATH, "abcdef", room.bucket, "service", "127.0.0.1"))
    return error
