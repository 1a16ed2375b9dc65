"""O que se faz na tela além de escrever? Reagir, corrigir, apagar, mandar um lugar, ligar, mudar de número.

Promete: cada gesto é um webhook assinado, nas regras do aplicativo: só se corrige ou apaga o que é seu, e no
prazo. Limite: de verdade, edições e exclusões só chegam em números em coexistência; aqui, sempre.
"""

from aiohttp import web

from pyloto_stream.clock import Clock
from pyloto_stream.simulator.bubbles import Bubble
from pyloto_stream.simulator.delivery import Delivery
from pyloto_stream.simulator.door import Door
from pyloto_stream.simulator.gesture_kinds import (
    AboutMessage,
    AboutSelf,
    Asked,
    Attend,
    Call,
    Edit,
    Locate,
    Move,
    Press,
    React,
    Revoke,
    Share,
)
from pyloto_stream.simulator.people import Person
from pyloto_stream.simulator.registry import fictional
from pyloto_stream.simulator.web_json import ProblemError, read_json

EDIT_WITHIN_MS = 15 * 60_000
REVOKE_WITHIN_MS = 2 * 24 * 60 * 60_000


class Gestures:
    """A rota dos gestos."""

    def __init__(self, door: Door, clock: Clock) -> None:
        self._door = door
        self._clock = clock

    def routes(self) -> list[web.RouteDef]:
        """As rotas."""
        return [web.post("/simulator/chats/{person}/gestures", self.make)]

    async def make(self, request: web.Request) -> web.Response:
        """Responde como uma mensagem; `id` é a chave da pessoa, nova se ela mudou de número.

        Raises:
            ProblemError: 404 se a mensagem não é da conversa; 409 se o gesto não cabe nela.
        """
        person = self._door.person(request)
        gesture = (await read_json(request, Asked)).gesture
        if isinstance(gesture, AboutMessage):
            delivery = self._on_message(person, gesture)
        else:
            delivery = self._on_self(person, gesture)
        return await self._door.told(delivery, id=person.profile.key)

    def _on_message(self, person: Person, gesture: AboutMessage) -> Delivery:
        bubble = _about(person, gesture.message)
        match gesture:
            case React(message, emoji):
                return person.react(message, emoji)
            case Press(message, choice):
                title = next((each.title for each in bubble.options if each.id == choice), "")
                if not title:
                    raise ProblemError(409, "that message offers no such button")
                return person.press(message, title, choice)
            case Edit(message, text):
                self._own(bubble, EDIT_WITHIN_MS)
                if bubble.kind != "text":
                    raise ProblemError(409, "only a text can be edited")
                return person.edit(message, text)
            case Revoke(message):
                self._own(bubble, REVOKE_WITHIN_MS)
                return person.revoke(message)

    def _on_self(self, person: Person, gesture: AboutSelf) -> Delivery:
        match gesture:
            case Locate(latitude, longitude, name, address, reply_to):
                return person.location(latitude, longitude, name, address, reply_to)
            case Share(name, phone):
                return person.contact(name, phone)
            case Attend(text):
                return person.echo(text)
            case Call():
                return person.call()
            case Move():
                return self._move(person)

    def _own(self, bubble: Bubble, within_ms: int) -> None:
        if not bubble.mine or bubble.kind in ("notice", "call"):
            raise ProblemError(409, "that is not a message of this person")
        if self._clock() - bubble.at_ms > within_ms:
            raise ProblemError(409, "too late: that message is too old")

    def _move(self, person: Person) -> Delivery:
        if not person.profile.wa_id:
            raise ProblemError(409, "this person shows no number to change")
        taken = {other.profile.wa_id for other in self._door.people.everyone()}
        start = int(person.profile.wa_id[-4:])
        numbers = (fictional((start + step) % 9999 + 1) for step in range(5000, 9999))
        new = next(profile for profile in numbers if profile.wa_id not in taken)
        return person.change_number(new.wa_id, new.user_id if person.profile.user_id else "")


def _about(person: Person, message: str) -> Bubble:
    try:
        bubble = person.bubble(message)
    except KeyError:
        raise ProblemError(404, "no such message in this conversation") from None
    if bubble.deleted:
        raise ProblemError(409, "that message was deleted")
    return bubble
