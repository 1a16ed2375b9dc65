"""Como a tela fica sabendo do que mudou? Cada tela aberta assina uma fila de eventos já serializados."""

import asyncio

import msgspec

Event = tuple[str, bytes]
"""`(nome, JSON)`."""

Screen = asyncio.Queue[Event | None]
"""A fila de uma tela; `None` quer dizer que acabou."""


class Feed:
    """As telas abertas de uma conversa."""

    def __init__(self) -> None:
        self._screens: set[Screen] = set()

    def open(self) -> Screen:
        """Uma tela começou a olhar."""
        screen: Screen = asyncio.Queue()
        self._screens.add(screen)
        return screen

    def close(self, screen: Screen) -> None:
        """A tela parou de olhar."""
        self._screens.discard(screen)

    def publish(self, name: str, data: object) -> None:
        """Avisa todas; sem telas não custa nada."""
        if self._screens:
            event = (name, msgspec.json.encode(data))
            for screen in self._screens:
                screen.put_nowait(event)

    def end(self) -> None:
        """Manda todas embora."""
        for screen in self._screens:
            screen.put_nowait(None)
