"""O que os repositórios pedem a um banco de documentos? Ler um, consultar uma coleção, gravar vários juntos.

Promete: `write` é tudo ou nada; uma leitura vê toda gravação já confirmada; nada se perde em silêncio. Falha
de acesso é `UnavailableError` (code `store_unavailable`, `store_refused`, `store_index_missing` ou
`store_corrupt`), sem caminho nem valor na mensagem. Limite: uma gravação cuja resposta se perdeu pode ter
acontecido; repetir tem de ser seguro.
"""

import re
from collections.abc import AsyncIterator
from typing import Protocol

import msgspec

from pyloto_stream.errors import TransientError
from pyloto_stream.stores.paths import split
from pyloto_stream.stores.values import Data

TTL_FIELD = "expires_at"
"""Campo de primeiro nível com o instante (ISO) a partir do qual o banco pode apagar o documento."""
_FIELD = re.compile(r"[a-z][a-z0-9_]*")
MAX_WRITES = 500
"""Operações por `write`."""


class ConflictError(TransientError):
    """Uma condição não valeu: `Create` do que já existe, ou `Update` do que falta ou já mudou."""

    code = "store_conflict"


class Document(msgspec.Struct, frozen=True):
    """Um documento lido. `version` muda a cada alteração do conteúdo; só serve para `Update`."""

    path: str
    data: Data
    version: str

    @property
    def id(self) -> str:
        """Último segmento do caminho, como foi codificado."""
        return split(self.path)[1]


class Create(msgspec.Struct, frozen=True):
    """Cria; conflito se já existe."""

    path: str
    data: Data


class Set(msgspec.Struct, frozen=True):
    """Cria ou substitui inteiro."""

    path: str
    data: Data


class Merge(msgspec.Struct, frozen=True):
    """Cria ou completa, mapa dentro de mapa: campos que `data` não cita ficam."""

    path: str
    data: Data


class Update(msgspec.Struct, frozen=True):
    """Troca campos de primeiro nível; conflito se falta ou já não está em `version` (vazia: qualquer)."""

    path: str
    data: Data
    version: str = ""


class Delete(msgspec.Struct, frozen=True):
    """Apaga; nada acontece se não existe. Com `version`: conflito se falta ou já não está nela."""

    path: str
    version: str = ""


Write = Create | Set | Merge | Update | Delete


class Position(msgspec.Struct, frozen=True, array_like=True):
    """Um ponto na ordem de uma consulta: valor do campo de ordem (`None` se a ordem é só o id) e id."""

    value: str | int | float | None
    id: str


class Query(msgspec.Struct, frozen=True):
    """Documentos de uma coleção, na ordem de `order_by` e, no empate, do id.

    `where`: pares (campo, texto) exigidos. `order_by` vazio: ordem do id. Quem não tem o campo de ordem não
    aparece; o campo leva texto (sem NUL) ou inteiro, nunca `null`. `after`: só o que vem depois, na direção
    pedida.
    """

    collection: str
    where: tuple[tuple[str, str], ...] = ()
    order_by: str = ""
    descending: bool = False
    after: Position | None = None
    limit: int = 100

    def __post_init__(self) -> None:
        """Recusa o que algum banco não faz ou leria com outro sentido.

        Raises:
            ValueError: nome que não é um identificador simples; ordem descendente só pelo id.
        """
        names = [name for name, _ in self.where] + ([self.order_by] if self.order_by else [])
        if not all(_FIELD.fullmatch(name) for name in names):
            raise ValueError("field name is not a plain identifier")
        if self.descending and not self.order_by:
            raise ValueError("descending order needs an order field")


class Documents(Protocol):
    """Um banco de documentos. Os cinco primeiros métodos são do adaptador; os outros são atalhos."""

    async def get(self, path: str) -> Document | None:
        """O documento, ou `None`."""

    async def query(self, query: Query) -> list[Document]:
        """Até `query.limit` documentos."""

    async def count(self, collection: str) -> int:
        """Quantos documentos a coleção tem, sem lê-los."""

    async def write(self, *writes: Write) -> list[str]:
        """Grava tudo ou nada; devolve a versão de cada um (vazia para `Delete`).

        Raises:
            ConflictError: uma condição não valeu; nada foi gravado.
            PermanentError: code `unstorable_document`; nada foi gravado.
            UnavailableError: o banco não respondeu; pode ter sido gravado.
            ValueError: ver `write_checks.py`.
        """

    async def scrub(self) -> bool:
        """O que se apagou sai também dos rascunhos do próprio banco; `False`: alguém ainda os lê.

        Só quem guarda os arquivos tem o que fazer.

        Raises:
            UnavailableError: o banco não respondeu.
        """
        return True

    async def close(self) -> None:
        """Termina o que está em andamento e fecha."""

    async def create(self, path: str, data: Data) -> bool:
        """Cria; `False` se já existe."""
        try:
            await self.write(Create(path, data))
        except ConflictError:
            return False
        return True

    async def set(self, path: str, data: Data) -> None:
        """Cria ou substitui."""
        await self.write(Set(path, data))

    async def merge(self, path: str, data: Data) -> None:
        """Cria ou completa."""
        await self.write(Merge(path, data))


def position(document: Document, order_by: str) -> Position:
    """Onde `document` está na ordem de `order_by`: o `after` que continua a partir dele.

    Raises:
        TypeError: o campo não leva texto nem inteiro.
    """
    value = document.data[order_by] if order_by else None
    if not isinstance(value, str | int | None):
        raise TypeError("order field is neither text nor integer")
    return Position(value, document.id)


async def scan(documents: Documents, query: Query) -> AsyncIterator[Document]:
    """Todos os documentos de `query`, página por página de `query.limit`."""
    async for page in pages(documents, query):
        for document in page:
            yield document


async def pages(documents: Documents, query: Query) -> AsyncIterator[list[Document]]:
    """As páginas de `query`, de até `query.limit`; a última pode ser vazia."""
    while True:
        page = await documents.query(query)
        yield page
        if len(page) < query.limit:
            return
        query = msgspec.structs.replace(query, after=position(page[-1], query.order_by))
