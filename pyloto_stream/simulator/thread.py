"""O que já se disse nesta conversa? Os balões na ordem da tela, e o que mudou neles depois.

Promete: reação, edição e exclusão mudam o balão de que falam e não criam outro; cada mudança é publicada em
`Feed`. Limite: o que fala de uma mensagem que a conversa não tem só fica anotado, como na Meta.
"""

import itertools
from collections.abc import Callable, Iterator
from typing import Literal

import msgspec

from pyloto_stream.simulator.bubble_reading import FILES, of_business, of_person
from pyloto_stream.simulator.bubble_wire import Change, Reaction, Wire, present
from pyloto_stream.simulator.bubbles import Bubble, Media, Quote, State
from pyloto_stream.simulator.envelopes import Json
from pyloto_stream.simulator.feed import Feed
from pyloto_stream.simulator.template_text import dress
from pyloto_stream.simulator.vault import Stored

Side = Literal["mine", "theirs"]
Find = Callable[[str], Stored | None]
"""O arquivo de um id, se a Meta local ainda o tem."""


class Thread:
    """Os balões de uma conversa; `bubbles` é a lista viva."""

    def __init__(self, feed: Feed, find: Find = lambda _: None) -> None:
        self.bubbles: list[Bubble] = []
        self._feed = feed
        self._find = find
        self._places: dict[str, int] = {}
        self._unseen: dict[str, Bubble] = {}

    def told(self, wamid: str, at_ms: int, message: Json) -> Bubble:
        """A pessoa mandou `message` (um item de `messages[]`)."""
        return self._place(of_person(wamid, at_ms, message), message, "mine")

    def heard(
        self,
        wamid: str,
        at_ms: int,
        payload: Json,
        latency_ms: float | None = None,
        *,
        human: bool = False,
        template: list[Json] | None = None,
    ) -> Bubble:
        """A empresa mandou `payload`: pela Graph ou, se `human`, pelas mãos de alguém no aplicativo.

        `template` são os componentes do modelo enviado.
        """
        bubble = of_business(wamid, at_ms, payload)
        bubble.latency_ms, bubble.human = latency_ms, human
        if template is not None:
            dress(bubble, payload, template)
        return self._place(bubble, payload, "theirs")

    def note(self, note_id: str, at_ms: int, kind: Literal["call", "notice"], text: str) -> Bubble:
        """Algo que não é mensagem e a tela mostra: uma ligação, um aviso."""
        return self._show(Bubble(note_id, mine=True, at_ms=at_ms, kind=kind, text=text))

    def bubble(self, wamid: str) -> Bubble:
        """O balão da mensagem `wamid`; o de uma reação não está na tela.

        Raises:
            KeyError: não é desta conversa.
        """
        return self._unseen[wamid] if wamid in self._unseen else self.bubbles[self._places[wamid]]

    def unread_up_to(self, wamid: str) -> Iterator[Bubble]:
        """Os balões da pessoa ainda não lidos, de `wamid` para trás.

        Raises:
            KeyError: não é desta conversa.
        """
        place = self._places[wamid]
        own = (bubble for bubble in reversed(self.bubbles[: place + 1]) if bubble.mine)
        return itertools.takewhile(lambda bubble: bubble.state != "read", own)

    def advance(self, bubble: Bubble, state: State) -> None:
        """Passa `bubble` a `state`, se for adiante."""
        if bubble.advance(state):
            self._feed.publish("state", {"id": bubble.id, "state": state})

    def fail(self, wamid: str, code: int) -> None:
        """Um envio da empresa não chegou; `code` é o erro da Meta."""
        self.change(wamid, code=code)

    def change(self, wamid: str, **changes: object) -> None:
        """Muda campos de um balão e publica-o; um que a conversa não tem é ignorado."""
        place = self._places.get(wamid)
        if place is None or wamid in self._unseen:
            return
        bubble = self.bubbles[place]
        for name, value in changes.items():
            setattr(bubble, name, value)
        self._feed.publish("change", bubble)

    def _place(self, bubble: Bubble, message: Json, side: Side) -> Bubble:
        """Põe o balão na tela, ou aplica a mudança que ele é."""
        try:
            found = msgspec.convert(present(message), Wire)
        except msgspec.ValidationError:
            return self._show(bubble)
        if found.reaction is not None:
            self._react(found.reaction, side)
        elif found.edit is not None:
            self._edit(found.edit)
        elif found.revoke is not None:
            self.change(found.revoke.original_message_id, deleted=True)
        else:
            return self._show(bubble)
        self._unseen[bubble.id] = bubble
        self._places[bubble.id] = len(self.bubbles) - 1
        return bubble

    def _react(self, reaction: Reaction, side: Side) -> None:
        place = self._places.get(reaction.message_id)
        if place is not None:
            before = self.bubbles[place].reactions
            self.change(
                reaction.message_id,
                reactions=msgspec.structs.replace(before, **{side: reaction.emoji}),
            )

    def _edit(self, edit: Change) -> None:
        new = of_person("", 0, edit.message)
        if new.kind in ("text", "media"):
            self.change(edit.original_message_id, text=new.text, edited=True)

    def _show(self, bubble: Bubble) -> Bubble:
        if bubble.quote is not None:
            bubble.quote = self._quoted(bubble.quote.id)
        if bubble.media is not None:
            bubble.media = self._weighed(bubble.media)
        self._places[bubble.id] = len(self.bubbles)
        self.bubbles.append(bubble)
        self._feed.publish("message", bubble)
        return bubble

    def _weighed(self, media: Media) -> Media:
        stored = self._find(media.url.removeprefix(FILES)) if media.url.startswith(FILES) else None
        if stored is None:
            return media
        name = media.name or stored.filename
        return msgspec.structs.replace(media, mime=stored.mime, name=name, size=stored.size)

    def _quoted(self, wamid: str) -> Quote:
        place = self._places.get(wamid)
        if place is None or wamid in self._unseen:
            return Quote(wamid)
        about = self.bubbles[place]
        return Quote(wamid, about.mine, about.summary()[:120])
