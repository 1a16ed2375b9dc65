"""Uma conversa entendida pelas regras, com tudo o que uma pessoa pode mandar."""

from collections.abc import Sequence
from typing import get_args

from msgspec import structs

from pyloto_stream.ai.gestures import wants_person
from pyloto_stream.ai.rules import understand
from pyloto_stream.conversation.events import Event, Location, MessageKind, MessageReceived
from pyloto_stream.conversation.rules import SessionRules
from pyloto_stream.conversation.sessions import SessionManager
from pyloto_stream.conversation.understanding import Understanding
from tests.support.talk import NOTHING, Talk


class Heard(Talk):
    """Uma conversa entendida pelas regras; o que um passo diz entender vale no lugar delas."""

    def __init__(self, rules: SessionRules) -> None:
        super().__init__(rules)
        self.manager = SessionManager(self.rules, wants_person)

    def understand(self, answer: Sequence[MessageReceived], understood: Understanding) -> Understanding:
        """Pelas regras, se o passo não diz outra coisa."""
        return understand(self.state, answer) if understood is NOTHING else understood

    def play(self, act: str, what: object) -> None:
        """Um passo."""
        match act, what:
            case "says", list():
                self.turn([self.message(text=str(text)) for text in what])
            case "answers", dict():
                asked = self.state.session.asked if self.state.session else ""
                self.turn([self.message(text=str(what.get(asked, "sim")))])
            case "taps", str():
                self.turn([self.tap(what)])
            case "sends", str():
                self.turn([self.thing(what)])
            case "is understood as", Understanding():
                self.turn([self.message()], what)
            case "floods", int():
                self.turn([self.message() for _ in range(what)])
            case "is cut by a failure in", str():
                waiting: list[Event] = [self.message(text="oi")]
                self.notice(self.fail([self.message(text="quero um sistema")], what), *waiting)
            case "is put in", "BOT" | "HUMAN" | "PAUSED":
                self.mode = what
            case _:
                assert act == "keeps silent"

    def tap(self, choice: str) -> MessageReceived:
        """Um toque numa opção, de agora ou de antes."""
        return structs.replace(self.message("choice"), choice=choice, text="Opção")

    def thing(self, kind: str) -> MessageReceived:
        """Algo que não é texto."""
        message = next(self.message(known) for known in get_args(MessageKind) if known == kind)
        place = Location(-23.3, -51.1, address="Rua A, Londrina - PR") if kind == "location" else None
        return structs.replace(message, location=place)
