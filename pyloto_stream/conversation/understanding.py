"""O que se entendeu do que a pessoa escreveu? Um valor só, igual para as regras e para o modelo.

Quem entende (a camada `ai`) não decide; quem decide (`dialogue.py`) não lê texto.
"""

from typing import Literal

import msgspec

from pyloto_stream.conversation.records import Intent

Gesture = Literal[
    "", "human", "erase", "cancel", "back", "refuse", "yes", "no", "thanks", "menu", "greeting", "spam"
]  # fmt: skip
ReplyKind = Literal["", "text", "buttons", "list"]
Note = Literal["audio", "audio_long", "media", "location", "contacts", "stale", "form"]


class IntentScore(msgspec.Struct, frozen=True):
    """Uma intenção percebida; `confidence` de 0 a 1."""

    intent: Intent
    confidence: float


class Understanding(msgspec.Struct, frozen=True, omit_defaults=True):
    """O que as mensagens de um turno disseram.

    `intents` na ordem em que aparecem; `explicit` é uma escolha da pessoa (toque, número, "na verdade
    quero"). `facts` preenche lacunas; `corrections` substitui o que já havia; `declined`
    são os dados opcionais que se deixou em branco num formulário. `aside`: perguntou algo em
    vez de responder; `topic` é o tema perguntado. `notes`: o que chegou e não se lê. `signals`: `urgency`,
    `role` e `location`, guardados em qualquer momento. `reply`: o que o modelo propõe dizer ao que a pessoa
    disse, já conferido (vazio: falam os textos fixos); nunca traz a próxima pergunta, que é de quem decide.
    `kind`: como ele o diria (`list`: com as opções). `prompt`: versão das instruções que o modelo recebeu.
    """

    intents: tuple[IntentScore, ...] = ()
    explicit: Intent | None = None
    facts: dict[str, str] = {}
    corrections: dict[str, str] = {}
    declined: tuple[str, ...] = ()
    gesture: Gesture = ""
    topic: str = ""
    command: str = ""
    aside: bool = False
    notes: tuple[Note, ...] = ()
    signals: dict[str, str] = {}
    engine: str = ""
    reply: str = ""
    kind: ReplyKind = ""
    prompt: str = ""
