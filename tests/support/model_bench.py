"""Um orquestrador de verdade diante do modelo de laço local, e o que se contou dele."""

import time
from collections import Counter

from pyloto_stream.ai.cache import Cache
from pyloto_stream.ai.decision import strict_schema
from pyloto_stream.ai.openai_chat import open_chat
from pyloto_stream.ai.orchestrator import AIOrchestrator, Guard
from pyloto_stream.conversation.understanding import Understanding
from tests.support.hearing import asking, said
from tests.support.model_answers import MODEL
from tests.support.model_server import ModelServer

BUDGET_S = 20.0
"""Bastante para que só quem nunca responde o esgote."""
SHORT_S = 0.3
ASK = "quero um sistema para controlar os pedidos da minha loja"
KEY = "sk-tests-SEGREDO"


class Told:
    """O que se contou do modelo, por extenso."""

    def __init__(self) -> None:
        self.calls = Counter[str]()
        self.fallbacks = Counter[tuple[str, str]]()
        self.stopped = Counter[str]()
        self.tokens = (0, 0)
        self.cached = 0
        self.outages: list[str] = []

    def model_called(self, result: str, seconds: float) -> None:
        assert seconds >= 0
        self.calls[result] += 1

    def model_tokens(self, tokens_in: int, tokens_out: int) -> None:
        self.tokens = (self.tokens[0] + tokens_in, self.tokens[1] + tokens_out)

    def model_fell_back(self, part: str, reason: str) -> None:
        self.fallbacks[part, reason] += 1

    def model_cached(self) -> None:
        self.cached += 1

    def reply_stopped(self, reason: str) -> None:
        self.stopped[reason] += 1

    def model_down(self, code: str) -> None:
        self.outages.append(f"down {code}")

    def model_back(self, seconds: float) -> None:
        self.outages.append(f"back {seconds:.0f}")


class Bench:
    """Um orquestrador e o que está em volta dele; `skip_s` adianta o relógio."""

    def __init__(self, server: ModelServer) -> None:
        self.server = server
        self.told = Told()
        self.guard: Guard = lambda reply: "forbidden" if "PROIBIDO" in reply else ""
        self.skip_s = 0.0

    async def open(self, budget_s: float = BUDGET_S) -> None:
        self.chat = await open_chat(self.server.url, KEY, MODEL, strict_schema(), timeout_s=budget_s)
        self.budget_s = budget_s
        self.renew()

    def renew(self) -> None:
        """O mesmo modelo, e quem pergunta esquece tudo."""
        self.told = Told()
        self.mind = AIOrchestrator(
            self.chat, self.told, self.guard, budget_s=self.budget_s, model=MODEL, clock=self.clock,
            cache=Cache(self.clock),
        )  # fmt: skip

    def clock(self) -> float:
        return time.monotonic() + self.skip_s

    async def hear(self, *texts: str) -> Understanding:
        return await self.mind.understand(asking(), [said(text, n) for n, text in enumerate(texts)])
