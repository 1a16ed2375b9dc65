"""Que cadeias há para conferir? As das conversas, também as de quem já não tem cabeçalho, várias por vez.

Um cabeçalho apagado não esconde uma cadeia se algo mais ainda diz de quem ela é: sessões, entregas e perfis
são percorridos depois dos cabeçalhos. Limite: a porta de documentos não lista coleções; a cadeia de quem não
tem mais nenhum desses documentos só se acha pela chave. A âncora do dia (`anchors.py`) tem a lista completa.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Literal
from urllib.parse import unquote

import msgspec

from pyloto_stream.stores.chain import head_path
from pyloto_stream.stores.chain_check import Tell, verify_chain
from pyloto_stream.stores.chain_walk import Break, Verdict
from pyloto_stream.stores.conversations import header_path
from pyloto_stream.stores.paths import segment
from pyloto_stream.stores.ports import Document, Documents, Query, scan

PARALLEL = 8
"""Cadeias percorridas ao mesmo tempo: o bastante para que a rede não seja a espera."""
_PAGE = 200
_NAMING = ("sessions", "handoffs", "user_profiles")
"""Coleções cujos documentos dizem de quem são."""


class Chain(msgspec.Struct, frozen=True):
    """Uma cadeia a conferir. `header`: a conversa tem cabeçalho."""

    user_key: str
    header: bool = True


class Checked(msgspec.Struct, frozen=True):
    """Uma cadeia conferida. `why` é o do veredito, ou `gone`: a conversa existe e a cadeia dela não."""

    chain: Chain
    verdict: Verdict
    why: Break | Literal["gone"]


async def known_chains(documents: Documents) -> AsyncIterator[Chain]:
    """Cada conversa uma vez; memória de uma página, e das que perderam o cabeçalho.

    Raises:
        UnavailableError: o banco não respondeu.
    """
    async for document in scan(documents, Query("conversations", limit=_PAGE)):
        yield Chain(_named(document))
    lost = set[str]()
    for collection in _NAMING:
        before = ""
        async for document in scan(documents, Query(collection, limit=_PAGE)):
            owner = _named(document) if collection == "user_profiles" else _owner(document)
            if owner in {"", before} or owner in lost:
                continue
            before = owner
            if await documents.get(header_path(owner)) is None:
                lost.add(owner)
                yield Chain(owner, header=False)


async def check(documents: Documents, chain: Chain, tell: Tell) -> Checked:
    """Confere uma cadeia de que se espera que exista.

    Raises:
        UnavailableError: o banco não respondeu.
    """
    verdict = await verify_chain(documents, chain.user_key, tell)
    nothing = verdict == Verdict(0) and await documents.get(head_path(chain.user_key)) is None
    return Checked(chain, verdict, "gone" if nothing else verdict.why)


async def check_all(
    documents: Documents, chains: AsyncIterator[Chain], tell: Tell, done: Callable[[Checked], None]
) -> None:
    """Confere todas, `PARALLEL` por vez; `done` recebe cada uma quando termina, em qualquer ordem.

    Raises:
        UnavailableError: o banco não respondeu; as que faltavam ficam por conferir.
    """

    async def work(chain: Chain) -> None:
        done(await check(documents, chain, tell))

    await each(chains, work)


async def each(chains: AsyncIterator[Chain], work: Callable[[Chain], Awaitable[None]]) -> None:
    """`work` para cada uma, `PARALLEL` por vez; a falha de uma para todas, e sobe."""
    turn = asyncio.Lock()  # um gerador só atende um por vez

    async def one() -> None:
        while True:
            async with turn:
                try:
                    chain = await anext(chains)
                except StopAsyncIteration:
                    return
            await work(chain)

    workers = [asyncio.create_task(one()) for _ in range(PARALLEL)]
    try:
        await asyncio.gather(*workers)
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)


def _named(document: Document) -> str:
    """A chave de um documento que a tem por id; se o campo foi trocado, a do id."""
    owner = _owner(document)
    return owner if owner and segment(owner) == document.id else unquote(document.id)


def _owner(document: Document) -> str:
    owner = document.data.get("user_key")
    return owner if isinstance(owner, str) else ""
