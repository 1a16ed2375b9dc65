"""Voltas do laço: o que já podia acontecer, acontece."""

import asyncio


async def turns(count: int = 5) -> None:
    """Deixa passar `count` voltas."""
    for _ in range(count):
        await asyncio.sleep(0)
