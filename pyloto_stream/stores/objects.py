"""O que mídia e exportações pedem a um repositório de objetos? Gravar e ler fluindo, listar, links com prazo.

Promete: um objeto aparece inteiro ou não aparece; uma gravação interrompida nada deixa à vista. Falha de
acesso é `UnavailableError` com um dos codes abaixo; nenhuma mensagem traz caminho, balde ou o que o outro
lado disse. Limite: uma gravação cuja resposta se perdeu pode ter acontecido; repetir tem de ser seguro.
"""

import re
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Protocol

import msgspec

from pyloto_stream.errors import PermanentError

MAX_SEGMENTS = 6
MAX_LINK_S = 7 * 86_400
"""Quanto um link pode durar: o limite do Google para assinaturas V4, que vale para todos os adaptadores."""

UNAVAILABLE = "object_store_unavailable"
"""Fora do ar, lento demais, ou falhou."""
FULL = "object_store_full"
"""Não cabe mais nada."""
BUSY = "object_store_busy"
"""Pede menos pressa, ou a cota acabou; é um `OverloadedError`."""
REFUSED = "object_store_refused"
"""Não aceita quem somos, ou falta permissão."""
NO_BUCKET = "object_bucket_missing"
"""O balde configurado não existe."""
BAD_PATH = "invalid_object_path"
BAD_LINK = "invalid_object_link"

_SEGMENT = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}", re.ASCII)


class ObjectMissingError(PermanentError):
    """Não há objeto nesse caminho."""

    code = "object_missing"


class ObjectInfo(msgspec.Struct, frozen=True):
    """O que se sabe de um objeto sem lê-lo. `size` em bytes; `created_at_ms`, ms desde a época Unix."""

    size: int
    created_at_ms: int


class ObjectEntry(msgspec.Struct, frozen=True):
    """Um objeto numa lista: o caminho inteiro, e o que `head` diria dele."""

    path: str
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
            UnavailableError: não gravou, ou não se sabe.
        """

    def open(self, path: str) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Lê o objeto em pedaços.

        Raises:
            ObjectMissingError: ao entrar; não existe.
            PermanentError: code `invalid_object_path`.
            UnavailableError: ao entrar ou no meio; o que se leu até ali não é o objeto inteiro.
        """

    async def head(self, path: str) -> ObjectInfo | None:
        """O que se sabe do objeto; `None` se não existe."""

    async def delete(self, path: str, *, before_ms: int | None = None) -> bool:
        """Apaga; devolve se existia. Com `before_ms`, só o que foi gravado antes; o que se regrava fica."""

    def list(self, prefix: str) -> AsyncIterator[ObjectEntry]:
        """Os objetos sob `prefix`, aos poucos e em qualquer ordem: `media/ab/`, ou vazio para todos.

        O que muda durante a lista pode aparecer ou não; apagar o que já veio é seguro. O que não tem a forma
        de um caminho nosso não é nosso, e não vem.

        Raises:
            PermanentError: ao começar; code `invalid_object_path`.
            UnavailableError: ao começar ou no meio.
        """

    async def signed_url(self, path: str, ttl_s: int, *, filename: str = "") -> str:
        """Um link para ler o objeto sem mais nada, por `ttl_s` segundos: de 1 a `MAX_LINK_S`.

        Quem abre o link baixa um arquivo (nunca o vê na página) com o nome `filename`, ou o do caminho. Não
        se olha se o objeto existe. Um link não se revoga: ele vale até vencer, ou até o objeto ser apagado.

        Raises:
            PermanentError: code `invalid_object_path`, ou `invalid_object_link` se a duração ou o nome não
                servem (letras sem acento, algarismos, `.`, `_` e `-`).
            MisconfiguredError: este repositório não tem com que assinar.
            UnavailableError: quem assina não respondeu ou recusou.
        """

    async def close(self) -> None:
        """Larga o que está aberto."""


def check_path(path: str) -> tuple[str, ...]:
    """Os segmentos de `path`, que valem em qualquer sistema de arquivos e em qualquer repositório.

    Raises:
        PermanentError: code `invalid_object_path`; a mensagem não traz o caminho.
    """
    if not is_path(path):
        raise PermanentError("object path has an impossible form", code=BAD_PATH)
    return tuple(path.split("/"))


def is_path(path: str) -> bool:
    """`path` tem a forma de um caminho nosso?"""
    segments = path.split("/")
    return len(segments) <= MAX_SEGMENTS and all(map(_SEGMENT.fullmatch, segments))


def check_prefix(prefix: str) -> tuple[str, ...]:
    """Os segmentos de um prefixo, que é vazio ou termina com barra.

    Raises:
        PermanentError: code `invalid_object_path`.
    """
    if not prefix:
        return ()
    return check_path(prefix.removesuffix("/") if prefix.endswith("/") else "")


def check_link(path: str, ttl_s: int, filename: str) -> str:
    """O nome com que se baixa.

    Raises:
        PermanentError: code `invalid_object_path` ou `invalid_object_link`.
    """
    last = check_path(path)[-1]
    name = filename or last
    if not 1 <= ttl_s <= MAX_LINK_S:
        raise PermanentError("an object link lasts from 1 second to 7 days", code=BAD_LINK)
    if not _SEGMENT.fullmatch(name):
        raise PermanentError("the file name of an object link has an impossible form", code=BAD_LINK)
    return name
