"""Quem conversa com a empresa? Pessoas virtuais que escrevem, tocam em opções e recebem respostas.

Promete: tudo o que uma pessoa faz sai como webhook assinado; nada é entregue por atalho. Telefones de pessoas
criadas aqui são visivelmente fictícios (`55 11 90000-xxxx`).
"""

import asyncio
from collections.abc import Callable

from pyloto_stream.simulator.acts import Acts
from pyloto_stream.simulator.bubbles import Bubble, Option
from pyloto_stream.simulator.delivery import Delivery
from pyloto_stream.simulator.envelopes import Json
from pyloto_stream.simulator.feed import Feed
from pyloto_stream.simulator.line import Line
from pyloto_stream.simulator.profiles import Profile as Profile  # noqa: PLC0414 — daqui se importa
from pyloto_stream.simulator.profiles import StatusName as StatusName  # noqa: PLC0414 — idem
from pyloto_stream.simulator.sent import ReadReceived, SentMessage, new_wamid
from pyloto_stream.simulator.thread import Thread

TYPING_MS = 25_000
"""A Meta apaga "digitando" depois de 25 s ou quando chega a mensagem."""

NOT_FROM_THE_USER = frozenset({"system"})
"""Avisos da Meta sobre a pessoa: sem `contacts[]`."""
KEEPS_THE_WINDOW = frozenset({"system", "reaction", "edit", "revoke"})
"""Não abrem a janela de 24 h. Para reação, edição e apagamento a Meta não diz: vale o mais severo."""

Moved = Callable[["Person", Profile], None]
"""Chamado com a pessoa, já de perfil novo, e o perfil antigo."""


class Person(Acts):
    """Uma pessoa e a sua conversa. `replies` são as respostas na ordem em que a Graph as aceitou."""

    def __init__(self, profile: Profile, line: Line, authors: "dict[str, Person]", moved: Moved) -> None:
        super().__init__(profile, line)
        self.replies: list[SentMessage] = []
        self.feed = Feed()
        self.talk = Thread(self.feed, line.media.find)
        self.typing_until_ms = 0
        self._authors = authors
        self._moved = moved
        self._arrival = asyncio.Event()
        self._unanswered: list[Delivery] = []
        self._latest: Delivery | None = None

    @property
    def thread(self) -> list[Bubble]:
        """Os balões da conversa, na ordem da tela."""
        return self.talk.bubbles

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

    def send_raw(self, message: Json, field: str = "messages") -> Delivery:
        """Manda `message` como item de `messages[]`; autor, id e hora são postos se faltam."""
        now_ms = self._line.clock()
        common = {**self.profile.author(), "id": new_wamid(), "timestamp": str(now_ms // 1000)}
        full: Json = {**common, **message}
        contacts: Json = {}
        kind = full.get("type")
        if kind not in NOT_FROM_THE_USER:
            contacts = {"contacts": [self.profile.contact()]}
            self._line.meters.received(self._line.number.phone_number_id)
        if kind not in KEEPS_THE_WINDOW:
            self.last_inbound_ms = now_ms
        bubble = self.talk.told(str(full["id"]), now_ms, full)
        self._authors[bubble.id] = self
        delivery = self._line.sender.send(self._line.number.value(**contacts, messages=[full]), field)
        self._unanswered.append(delivery)
        self._latest = delivery
        self._line.chores.spawn(self._follow(bubble, delivery))
        return delivery

    def become(self, profile: Profile) -> None:
        """Passa a ser `profile`: quem a procurar pelos ids antigos não a acha mais."""
        old, self.profile = self.profile, profile
        self._moved(self, old)

    def noted(self, note_id: str, text: str) -> None:
        """A tela mostra uma ligação."""
        self.talk.note(note_id, self._line.clock(), "call", text)

    def heard_from_human(self, item: Json) -> None:
        """A tela mostra o que alguém da empresa escreveu pelo aplicativo."""
        self.talk.heard(str(item["id"]), self._line.clock(), item, human=True)

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

    def receive(self, message: SentMessage, template: list[Json] | None = None) -> None:
        """Uma resposta chegou; `template` são os componentes do modelo, se é um."""
        self._unanswered.clear()
        self.typing_until_ms = 0
        self.replies.append(message)
        told = (message.wamid, message.at_ms, message.payload, message.latency_ms)
        self.talk.heard(*told, template=template)
        self._arrival.set()
        self._arrival = asyncio.Event()

    def marked_read(self, receipt: ReadReceived) -> None:
        """A empresa leu esta mensagem e as anteriores e, talvez, está digitando."""
        for bubble in self.talk.unread_up_to(receipt.message_id):
            self.talk.advance(bubble, "read")
        if receipt.typing:
            self.typing_until_ms = self._line.clock() + TYPING_MS
            self.feed.publish("typing", {"for_ms": TYPING_MS, "latency_ms": self.latency_ms(receipt.at_s)})

    def _aside(self, field: str, **content: object) -> Delivery:
        delivery = super()._aside(field, **content)
        self._line.chores.spawn(self._watch(delivery))
        return delivery

    async def _watch(self, delivery: Delivery) -> None:
        """Conta à tela o que houve com um webhook que não é de mensagem."""
        self.feed.publish("webhook", await delivery.first())

    async def _follow(self, bubble: Bubble, delivery: Delivery) -> None:
        attempt = await delivery.first()
        self.feed.publish("webhook", attempt)
        if attempt.status != 200:
            self.talk.advance(bubble, "retrying")
        accepted = await delivery.accepted()
        if accepted and delivery.attempts[-1] is not attempt:
            self.feed.publish("webhook", delivery.attempts[-1])
        self.talk.advance(bubble, "delivered" if accepted else "failed")

    def author_of(self, message_id: str) -> Json:
        """As chaves `from` de um `context`: o autor da mensagem citada."""
        mine = any(bubble.id == message_id and bubble.mine for bubble in self.thread)
        return self.profile.author() if mine else {"from": self._line.number.display_phone_number}

    def sent_to_me(self, wamid: str) -> SentMessage | None:
        """O envio da empresa com esse id, se foi a esta pessoa."""
        return next((reply for reply in self.replies if reply.wamid == wamid), None)

    def _offered(self, choice_id: str) -> tuple[Bubble, Option]:
        for bubble in reversed(self.thread):
            for option in bubble.options:
                if option.id == choice_id:
                    return bubble, option
        raise LookupError("no message to this person offers that choice")
