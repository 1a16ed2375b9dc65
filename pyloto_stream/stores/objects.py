"""O que os arquivos recebidos pedem a um repositório de objetos? Gravar fluindo, ler fluindo, e nada mais.

Promete: um objeto aparece inteiro ou não aparece; uma gravação interrompida nada deixa à vista. Falha de
acesso é `UnavailableError` (code `object_store_unavailable` ou `object_store_full`), sem caminho na mensagem.
Limite: uma gravação cuja resposta se perdeu pode ter acontecido; repetir tem de ser seguro.
"""

import re
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Protocol

import msgspec

from pyloto_stream.errors import PermanentError

MAX_SEGMENTS = 6

_SEGMENT = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}", re.ASCII)


class ObjectMissingError(PermanentError):
    """Não há objeto nesse caminho."""

    code = "object_missing"


class ObjectInfo(msgspec.Struct, frozen=True):
    """O que se sabe de um objeto sem o ler. `size` em bytes; `created_at_ms`, ms desde a época Unix."""

    size: int
    created_at_ms: int


class Objects(Protocol):
    """Um repositório de objetos privado. Caminhos são relativos, como `media/ab/abcd…`."""

    async def put(
        self, path: str, chunks: AsyncIterator[bytes], content_type: str, *, create_only: bool = False
    ) -> bool:
        """Grava `chunks` em `path`; com `create_only`, só se nada há ali. Devolve se gravou.

        O que `chunks` levantar sobe como veio, e nada fica gravado. `content_type` é guardado por quem pode.

        Raises:
            PermanentError: code `invalid_object_path`.
            UnavailableError: não gravou, ou não se sabe; code `object_store_unavailable` ou
                `object_store_full`.
        """

    def open(self, path: str) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Lê o objeto em pedaços.

        Raises:
            ObjectMissingError: ao entrar; não existe.
            PermanentError: code `invalid_object_path`.
            UnavailableError: code `object_store_unavailable`.
        """

    async def head(self, path: str) -> ObjectInfo | None:
        """O que se sabe do objeto; `None` se não existe."""

    async def delete(self, path: str) -> bool:
        """Apaga; devolve se existia."""

    async def close(self) -> None:
        """Larga o que está aberto."""


def check_path(path: str) -> tuple[str, ...]:
    """Os segmentos de `path`, que valem em qualquer sistema de arquivos e em qualquer repositório.

    Raises:
        PermanentError: code `invalid_object_path`; a mensagem não traz o caminho.
    """
    segments = tuple(path.split("/"))
    if len(segments) > MAX_SEGMENTS or not all(map(_SEGMENT.fullmatch, segments)):
        raise PermanentError("object path has an impossible form", code="invalid_object_path")
    return segments
