"""Como os comandos `dlq` chegam aos mortos? Pelo executor da configuração, só para olhar."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import TypeVar

import typer

from consumers.letters import Operator, note
from consumers.pipeline import STAGES
from pyloto_stream.cli import FAILED
from pyloto_stream.cli.dlq_options import Chosen
from pyloto_stream.cli.dlq_view import Group
from pyloto_stream.cli.process import server_url, settings_of
from pyloto_stream.clock import system_clock
from pyloto_stream.settings import Settings
from pyloto_stream.startup import examined
from pyloto_stream.streams.dead import INGRESS, DeadLetter, LetterId
from pyloto_stream.streams.dead_actions import reveal
from pyloto_stream.streams.dead_scan import CONTENT, fetch, named, scan
from pyloto_stream.streams.gateway import Gateway

T = TypeVar("T")

PLACES = (*STAGES, INGRESS)
"""Onde esta versão enterra. Mortos de etapas de outra versão acham-se pelo id ou por `--stage`."""


async def connected(work: Callable[[Gateway, Settings], Awaitable[T]], *, accepts: bool = False) -> T:
    """`work` sobre a instalação da configuração, que tem de existir.

    `accepts`: o que ele fizer entrar resiste ao que `DURABILITY` diz, antes de um morto sumir por isso.

    Raises:
        MisconfiguredError: valores errados ou faltando.
        UnavailableError: o Redis não respondeu.
    """
    settings = settings_of("dlq", quiet=True)
    durability = settings.durability if accepts else "memory"
    gateway = Gateway(server_url(settings), partitions=settings.stream_partitions, durability=durability)
    try:
        if accepts:
            await examined(settings, gateway)  # quem não sabe confirmar não é perguntado
        await gateway.join()
        return await work(gateway, settings)
    finally:
        await gateway.close()


async def letters(
    gateway: Gateway, wanted: Chosen, without: tuple[str, ...] = CONTENT
) -> AsyncGenerator[DeadLetter, None]:
    """Os mortos pedidos, dos mais antigos aos mais novos, no máximo `wanted.limit`."""
    if wanted.ids:
        source = named(gateway, wanted.ids, wanted.search, without=without)
    else:
        source = scan(gateway, wanted.search, PLACES, without=without)
    left = wanted.limit
    async with aclosing(source):
        async for letter in source:
            yield letter
            if left is not None and (left := left - 1) == 0:
                return


async def collect(gateway: Gateway, wanted: Chosen) -> list[DeadLetter]:
    """Os mortos pedidos, na memória: `wanted.limit` diz quantos cabem."""
    async with aclosing(letters(gateway, wanted)) as source:
        return [letter async for letter in source]


async def sums(gateway: Gateway, wanted: Chosen) -> list[Group]:
    """Os mortos pedidos, por etapa e código."""
    groups: dict[tuple[str, str], Group] = {}
    async with aclosing(letters(gateway, wanted, (*CONTENT, "e"))) as source:
        async for letter in source:
            key = (letter.id.stage, letter.code)
            group = groups.setdefault(key, Group(*key))
            group.letters += 1
            group.attempts += letter.number("attempts")
            group.deaths += letter.number("deaths")
            group.newest_ms = letter.id.at_ms
            group.oldest_ms = group.oldest_ms or letter.id.at_ms
    return [groups[key] for key in sorted(groups)]


async def look(gateway: Gateway, name: LetterId, viewer: Operator | None) -> DeadLetter | None:
    """Um morto; com `viewer`, inteiro, e fica registrado que ele o viu. `None` se não está mais lá."""
    # sem `viewer` o conteúdo também vem, para dizer os tamanhos, mas não sai deste processo
    letter = await fetch(gateway, name, without=())
    if letter is None or viewer is None:
        return letter
    return await reveal(gateway, name, note(letter, "DLQ_SHOWN", viewer, system_clock()))


def nothing(wanted: Chosen) -> typer.Exit:
    """Diz que nada satisfaz o pedido, e o que nele esta versão não conhece."""
    unknown = [name for name in wanted.search.stages if name not in PLACES]
    hint = f"; this version has no stage {', '.join(unknown)}, only {', '.join(PLACES)}" if unknown else ""
    typer.echo(f"no dead letter matches{hint}", err=True)
    return typer.Exit(FAILED)


def gone(name: LetterId) -> typer.Exit:
    """Diz que um morto não está mais lá."""
    typer.echo(f"{name}: not there (any more)", err=True)
    return typer.Exit(FAILED)
