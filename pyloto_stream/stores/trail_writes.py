"""O que resta gravar, quando um turno cita o mesmo documento duas vezes ou parte dele já está gravada?"""

import asyncio
from collections.abc import Iterable, Sequence

import msgspec

from pyloto_stream.stores.ports import Create, Documents, Merge, Write
from pyloto_stream.stores.values import merged


def combined(writes: Iterable[Create | Merge]) -> list[Write]:
    """Uma gravação por documento: complementos se somam na ordem; de duas criações vale a primeira."""
    by_path: dict[str, Create | Merge] = {}
    for write in writes:
        before = by_path.get(write.path)
        if before is None:
            by_path[write.path] = write
        elif isinstance(write, Merge):
            by_path[write.path] = msgspec.structs.replace(before, data=merged(before.data, write.data))
        elif isinstance(before, Merge):
            by_path[write.path] = Create(write.path, merged(write.data, before.data))
    return list(by_path.values())


async def missing(documents: Documents, writes: Sequence[Write]) -> list[Write]:
    """`writes` sem os `Create` cujo documento já existe: o que falta gravar depois de um conflito.

    Um documento que só tem complementos (o arquivo de uma mensagem cujo registro se atrasou) é completado.
    """
    creates = [write.path for write in writes if isinstance(write, Create)]
    found = await asyncio.gather(*(documents.get(path) for path in creates))
    stored = {document.path: document.data for document in found if document is not None}
    left: list[Write] = []
    for write in writes:
        if not isinstance(write, Create) or write.path not in stored:
            left.append(write)
        elif "id" not in stored[write.path]:
            # o que a pessoa apagou antes de o original chegar não se grava agora
            erased = {"text": "", "media_id": ""} if "revoked_at" in stored[write.path] else {}
            left.append(Merge(write.path, {**write.data, **erased}))
    return left
