"""Quem conversa com a empresa? Pessoas virtuais que escrevem, tocam em opções e recebem respostas.

Promete: tudo o que uma pessoa faz sai como webhook assinado; nada é entregue por atalho. Telefones de pessoas
criadas aqui são visivelmente fictícios (`55 11 90000-xxxx`).
"""

import asyncio
import re
from typing import Literal

import msgspec

from pyloto_stream.simulator.bubbles import Bubble, Option
from pyloto_stream.simulator.delivery import Delivery
from pyloto_stream.simulator.envelopes import Json
from pyloto_stream.simulator.feed import Feed
from pyloto_stream.simulator.line import Line
from pyloto_stream.simulator.sent import ReadReceived, SentMessage, new_wamid
from pyloto_stream.simulator.thread import Thread

StatusName = Literal["sent", "delivered", "read", "failed"]
TYPING_MS = 25_000
"""A Meta apaga "digitando" depois de 25 s ou quando chega a mensagem."""


class Profile(msgspec.Struct, frozen=True):
    """Quem é. Sem `wa_id` a pessoa só mostra o id de escopo (`user_id`); `statuses` é o que a Meta contará.

    Raises:
        ValueError: sem nenhum id, ou `wa_id` que não são de 6 a 15 dígitos.
    """

    wa_id: str = ""
    name: str = ""
    user_id: str = ""
    username: str = ""
    statuses: tuple[StatusName, ...] = ("sent", "delivered", "read")

    def __post_init__(self) -> None:
        """Confere os ids."""
        if not (self.wa_id or self.user_id):
            raise ValueError("a person needs wa_id or user_id")
        if self.wa_id and not re.fullmatch(r"[0-9]{6,15}", self.wa_id, re.ASCII):
            raise ValueError("wa_id must be 6 to 15 digits")

    @property
    def key(self) -> str:
        """O id pelo qual o simulador a conhece."""
        return self.wa_id or self.user_id

    def contact(self) -> Json:
        """O item de `contacts[]`."""
        about = {"name": self.name, **({"username": self.username} if self.username else {})}
        return {"profile": about, **self._ids("wa_id", "user_id")}

    def author(self) -> Json:
        """As chaves de autor de `messages[]`."""
        return self._ids("from", "from_user_id")

    def _ids(self, phone: str, scoped: str) -> Json:
        ids = {phone: self.wa_id, scoped: self.user_id}
        return {key: value for key, value in ids.items() if value}


class Person:
    """Uma pessoa e a sua conversa. `replies` são as respostas na ordem em que a Graph as aceitou."""

    def __init__(self, profile: Profile, line: Line, authors: "dict[str, Person]") -> None:
        self.profile = profile
        self.replies: list[SentMessage] = []
        self.feed = Feed()
        self.talk = Thread(self.feed)
        self.last_inbound_ms: int | None = None
        self.typing_until_ms = 0
        self._line = line
        self._authors = authors
        self._arrival = asyncio.Event()
        self._unanswered: list[Delivery] = []
        self._latest: Delivery | None = None

    @property
    def thread(self) -> list[Bubble]:
        """Os balões da conversa, na ordem da tela."""
        return self.talk.bubbles

    def say(self, text: str) -> Delivery:
        """Escreve `text`."""
        return self.send_raw({"type": "text", "text": {"body": text}})

    def tap(self, choice_id: str) -> Delivery:
        """Toca na opção `choice_id` da mensagem mais recente que a oferece.

        Raises:
            LookupError: ninguém ofereceu essa opção a esta pessoa.
        """
        bubble, option = self._offered(choice_id)
        reply = {"id": option.id, "title": option.title}
        if option.description:
            reply["description"] = option.description
        kind = "list_reply" if bubble.kind == "list" else "button_reply"
        context = {"from": self._line.number.display_phone_number, "id": bubble.id}
        interactive = {"type": kind, kind: reply}
        return self.send_raw({"context": context, "type": "interactive", "interactive": interactive})

    def send_raw(self, message: Json) -> Delivery:
        """Manda `message` como item de `messages[]`; autor, id e hora são postos se faltam."""
        now_ms = self._line.clock()
        common = {**self.profile.author(), "id": new_wamid(), "timestamp": str(now_ms // 1000)}
        full: Json = {**common, **message}
        contacts: Json = {}
        if full.get("type") != "system":  # aviso da Meta sobre a pessoa: sem contato, e não abre a janela
            contacts = {"contacts": [self.profile.contact()]}
            self.last_inbound_ms = now_ms
        bubble = self.talk.told(str(full["id"]), now_ms, full)
        self._authors[bubble.id] = self
        delivery = self._line.sender.send(self._line.number.value(**contacts, messages=[full]))
        self._unanswered.append(delivery)
        self._latest = delivery
        self._line.chores.spawn(self._follow(bubble, delivery))
        return delivery

    def repeat(self, delivery: Delivery) -> Delivery:
        """A Meta entrega de novo o mesmo webhook."""
        return self._line.sender.repeat(delivery)

    def repeat_latest(self) -> Delivery | None:
        """O mesmo, com o último; `None` se a pessoa ainda não escreveu."""
        return self.repeat(self._latest) if self._latest else None

    def bubble(self, wamid: str) -> Bubble:
        """O balão da mensagem `wamid`.

        Raises:
            KeyError: não é desta conversa.
        """
        return self.talk.bubble(wamid)

    async def reply(self, index: int, timeout_s: float) -> SentMessage:
        """Espera a resposta de número `index` (a partir de 0).

        Raises:
            TimeoutError: não chegou em `timeout_s` segundos.
        """
        async with asyncio.timeout(timeout_s):
            while len(self.replies) <= index:
                await self._arrival.wait()
        return self.replies[index]

    def latency_ms(self, at_s: float) -> float | None:
        """Quanto `at_s` (s, monotônico) está depois do POST mais antigo ainda sem resposta, em ms."""
        waiting = self._unanswered or ([self._latest] if self._latest else [])
        started = [delivery.started_s for delivery in waiting if delivery.started_s]
        return (at_s - min(started)) * 1000 if started else None

    def receive(self, message: SentMessage) -> None:
        """Uma resposta chegou."""
        self._unanswered.clear()
        self.typing_until_ms = 0
        self.replies.append(message)
        self.talk.heard(message.wamid, message.at_ms, message.payload, message.latency_ms)
        self._arrival.set()
        self._arrival = asyncio.Event()

    def marked_read(self, receipt: ReadReceived) -> None:
        """A empresa leu esta mensagem e as anteriores e, talvez, está digitando."""
        for bubble in self.talk.unread_up_to(receipt.message_id):
            self.talk.advance(bubble, "read")
        if receipt.typing:
            self.typing_until_ms = self._line.clock() + TYPING_MS
            self.feed.publish("typing", {"for_ms": TYPING_MS, "latency_ms": self.latency_ms(receipt.at_s)})

    async def _follow(self, bubble: Bubble, delivery: Delivery) -> None:
        attempt = await delivery.first()
        self.feed.publish("webhook", attempt)
        if attempt.status != 200:
            self.talk.advance(bubble, "retrying")
        accepted = await delivery.accepted()
        if accepted and delivery.attempts[-1] is not attempt:
            self.feed.publish("webhook", delivery.attempts[-1])
        self.talk.advance(bubble, "delivered" if accepted else "failed")

    def _offered(self, choice_id: str) -> tuple[Bubble, Option]:
        for bubble in reversed(self.thread):
            for option in bubble.options:
                if option.id == choice_id:
                    return bubble, option
        raise LookupError("no message to this person offers that choice")
