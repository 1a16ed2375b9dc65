"""Que arquivos só a pessoa esquecida mandou? Esses saem, documento e conteúdo; os de outra também ficam.

Promete: repetir é seguro; o documento que outra pessoa acaba de completar não sai. Limite: quem manda o mesmo
arquivo no mesmo instante em que se apaga pode ter achado um conteúdo que já não está.
"""

from collections import Counter

from pyloto_stream.errors import PermanentError
from pyloto_stream.stores.media import media_path, object_path, people_path
from pyloto_stream.stores.objects import Objects
from pyloto_stream.stores.paths import segment
from pyloto_stream.stores.ports import ConflictError, Delete, Documents, Query

_TRIES = 5


class MediaEraser:
    """Apaga os arquivos de `user_key`; `erased` soma o que saiu."""

    def __init__(self, documents: Documents, objects: Objects, user_key: str, erased: Counter[str]) -> None:
        self._documents = documents
        self._objects = objects
        self._user_key = user_key
        self._erased = erased

    async def erase(self, sha256: str) -> None:
        """O arquivo deixa de ser desta pessoa; se não é de mais ninguém, sai.

        Raises:
            ConflictError: o documento não parou de mudar.
            UnavailableError: um dos bancos não respondeu; repetir é seguro.
        """
        try:
            place, people = media_path(sha256), people_path(sha256)
        except PermanentError:
            return  # não é um resumo: não há arquivo com este nome
        await self._documents.write(Delete(f"{people}/{segment(self._user_key)}"))
        for _ in range(_TRIES):
            document = await self._documents.get(place)
            if await self._documents.query(Query(people, limit=1)):
                return
            try:
                if document is not None:
                    await self._documents.write(Delete(place, document.version))
            except ConflictError:
                continue  # outra pessoa acaba de mandá-lo, ou a Meta nos deu um id dele
            self._erased["media"] += document is not None
            self._erased["media_files"] += await self._objects.delete(object_path(sha256))
            return
        raise ConflictError("the media document keeps changing")
