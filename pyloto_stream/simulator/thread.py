"""O que já se disse nesta conversa? Os balões na ordem da tela, e o que mudou neles depois.

Promete: reação, edição e exclusão mudam o balão de que falam e não criam outro; cada mudança é publicada em
`Feed`. Limite: o que fala de uma mensagem que a conversa não tem só fica anotado, como na Meta.
"""

import itertools
from collections.abc import Iterator

from pyloto_stream.simulator.bubbles import Bubble, State, of_business, of_person
from pyloto_stream.simulator.envelopes import Json
from pyloto_stream.simulator.feed import Feed


class Thread:
    """Os balões de uma conversa; `bubbles` é a lista viva."""

    def __init__(self, feed: Feed) -> None:
        self.bubbles: list[Bubble] = []
        self._feed = feed
        self._places: dict[str, int] = {}

    def told(self, wamid: str, at_ms: int, message: Json) -> Bubble:
        """A pessoa mandou `message` (um item de `messages[]`)."""
        return self._show(of_person(wamid, at_ms, message))

    def heard(self, wamid: str, at_ms: int, payload: Json, latency_ms: float | None = None) -> Bubble:
        """A empresa mandou `payload` pela Graph."""
        bubble = of_business(wamid, at_ms, payload)
        bubble.latency_ms = latency_ms
        return self._show(bubble)

    def bubble(self, wamid: str) -> Bubble:
        """O balão da mensagem `wamid`.

        Raises:
            KeyError: não é desta conversa.
        """
        return self.bubbles[self._places[wamid]]

    def unread_up_to(self, wamid: str) -> Iterator[Bubble]:
        """Os balões da pessoa ainda não lidos, de `wamid` para trás.

        Raises:
            KeyError: não é desta conversa.
        """
        own = (bubble for bubble in self.bubbles[self._places[wamid] :: -1] if bubble.mine)
        return itertools.takewhile(lambda bubble: bubble.state != "read", own)

    def advance(self, bubble: Bubble, state: State) -> None:
        """Passa `bubble` a `state`, se for adiante."""
        if bubble.advance(state):
            self._feed.publish("state", {"id": bubble.id, "state": state})

    def _show(self, bubble: Bubble) -> Bubble:
        self._places[bubble.id] = len(self.bubbles)
        self.bubbles.append(bubble)
        self._feed.publish("message", bubble)
        return bubble
