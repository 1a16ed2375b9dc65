"""O que um modelo de mentira lê de um pedido, e o que responde: o mesmo que as regras entenderiam."""

import re
from typing import get_args

import msgspec

from pyloto_stream.ai.decision import Decision, HeardFact, HeardIntent, ModelGesture
from pyloto_stream.ai.rules import understand
from pyloto_stream.conversation.events import MessageReceived
from pyloto_stream.conversation.intents import CHOOSE, CONTINUE
from pyloto_stream.conversation.state import ConversationState, Session
from pyloto_stream.conversation.texts import topic_text
from pyloto_stream.conversation.understanding import Understanding

MODEL = "tests-1"
TOKENS_IN, TOKENS_OUT = 1200, 80
SURE = 0.95
_ACTIVE = re.compile(r"^Assunto em andamento: ([A-Z_]+)", re.MULTILINE)
_PART = r"<{0}>\n(.*?)\n</{0}>"


class _Message(msgspec.Struct):
    role: str
    content: str


class Asked(msgspec.Struct):
    """Um pedido que chegou: as partes que os testes olham."""

    model: str
    messages: list[_Message]
    response_format: dict[str, object] = {}

    @property
    def system(self) -> str:
        """As instruções."""
        return self.messages[0].content

    @property
    def user(self) -> str:
        """O que se trouxe de fora."""
        return self.messages[1].content

    def part(self, name: str) -> str:
        """O que está entre os delimitadores `name`."""
        found = re.search(_PART.format(name), self.user, re.DOTALL)
        assert found is not None, name
        return found[1]


def heard(asked: Asked) -> Understanding:
    """O que as regras entendem do texto do pedido, no ponto da conversa que ele diz."""
    active = _ACTIVE.search(asked.user)
    question = asked.part("pergunta")
    session = Session(id="s", opened_at_ms=0, active=active[1] if active else "ENTRY_UNKNOWN", turns=1)
    session.asked = {"Sobre": CHOOSE, "Quer": CONTINUE}.get(question.split(" ", 1)[0], question.split(":")[0])
    lines = (line.partition(": ") for line in asked.part("fatos").splitlines() if ": " in line)
    session.facts = {name: value for name, _, value in lines}
    message = MessageReceived(
        id="m", kind="text", phone_number_id="1", reply_to="p", sent_at_ms=1, accepted_at_ms=1,
        text=asked.part("mensagens"),
    )  # fmt: skip
    return understand(ConversationState(session=session), [message])


def decision(asked: Asked, reply: str = "", confidence: float = SURE) -> Decision:
    """A resposta de um modelo que entende como as regras."""
    understood = heard(asked)
    facts = [HeardFact(n, v, correction=False) for n, v in understood.facts.items()]
    facts += [HeardFact(n, v, correction=True) for n, v in understood.corrections.items()]
    gesture = understood.gesture if understood.gesture in get_args(ModelGesture) else ""
    return Decision(
        intents=tuple(HeardIntent(score.intent, score.confidence) for score in understood.intents),
        facts=tuple(facts),
        gesture=msgspec.convert(gesture, ModelGesture),
        topic=understood.topic,
        aside=understood.aside,
        kind="",
        reply=reply or (topic_text(understood.topic) if understood.topic else ""),
        confidence=confidence,
    )


def envelope(content: str | None, *, finish: str = "stop", refusal: str | None = None) -> dict[str, object]:
    """Um `chat.completion` inteiro."""
    message = {"role": "assistant", "content": content, "refusal": refusal}
    usage = {"prompt_tokens": TOKENS_IN, "completion_tokens": TOKENS_OUT, "total_tokens": 1280}
    return {
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": MODEL, "usage": usage,
        "choices": [{"index": 0, "message": message, "finish_reason": finish, "logprobs": None}],
    }  # fmt: skip
