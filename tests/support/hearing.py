"""Como se conversa com as regras num teste? Mensagens curtas, um turno por vez, pela política de verdade."""

from collections.abc import Sequence

from pyloto_stream.ai.rules import understand
from pyloto_stream.conversation.dialogue import advance
from pyloto_stream.conversation.events import MessageReceived
from pyloto_stream.conversation.records import Intent
from pyloto_stream.conversation.rules import SessionRules
from pyloto_stream.conversation.state import ConversationState, Session
from pyloto_stream.conversation.step import Step
from pyloto_stream.conversation.understanding import Understanding

TAP = "@"
"""Uma fala que começa assim é um toque: o resto é o id da opção."""


def said(text: str, number: int = 0) -> MessageReceived:
    """Uma mensagem digitada ou, se começa por `TAP`, um toque."""
    tapped = text.removeprefix(TAP) if text.startswith(TAP) else ""
    return MessageReceived(
        id=f"m{number}", kind="choice" if tapped else "text", phone_number_id="1", reply_to="p",
        sent_at_ms=1, accepted_at_ms=1, text="" if tapped else text, choice=tapped,
    )  # fmt: skip


def asking(asked: str = "", active: Intent = "ENTRY_UNKNOWN", **facts: str) -> ConversationState:
    """Uma conversa com sessão aberta em que se perguntou `asked`."""
    session = Session(id="s", opened_at_ms=0, asked=asked, active=active, facts=facts, turns=1)
    if active != "ENTRY_UNKNOWN":
        session.detected = [active]
    return ConversationState(session=session)


def hear(state: ConversationState, *texts: str) -> Understanding:
    """O que as regras entendem de uma rajada."""
    return understand(state, [said(text, number) for number, text in enumerate(texts)])


class Talk:
    """Uma conversa inteira, do primeiro turno ao desfecho."""

    def __init__(self) -> None:
        self.state = asking()
        self.turns = 0
        self.steps: list[Step] = []

    def turn(self, *texts: str) -> Step:
        """Um turno com uma ou mais mensagens."""
        self.turns += 1
        step = advance(
            self.state,
            hear(self.state, *texts),
            turn_id=f"t{self.turns}",
            now_ms=self.turns,
            rules=SessionRules(),
        )
        self.state = step.state
        self.steps.append(step)
        return step

    def all(self, turns: Sequence[str]) -> "Talk":
        """Vários turnos de uma mensagem."""
        for text in turns:
            self.turn(text)
        return self

    @property
    def session(self) -> Session:
        """A sessão, que tem de estar aberta."""
        assert self.state.session is not None
        return self.state.session

    @property
    def reply(self) -> str:
        """O texto da última resposta."""
        last = self.steps[-1].reply
        assert last is not None
        return last.text
