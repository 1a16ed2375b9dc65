"""Quem entende quando há um modelo? As regras sempre, o modelo dentro de um prazo, e a junção dos dois.

Promete: devolve sempre, em até `budget_s` segundos além das regras, e nunca levanta por causa do modelo;
o que sai vai mascarado, o que volta é conferido, e nenhum fato leva um documento ou contato de alguém.
Limite: uma palavra da própria pessoa pode estar errada.
"""

import asyncio
import re
import time
from collections.abc import Callable, Sequence

import msgspec

from pyloto_stream.ai.briefing import brief, typed
from pyloto_stream.ai.cache import Cache, key_of
from pyloto_stream.ai.chat import BY_FINISH, SERVER_DOWN, ChatModel, Completion, Message, ModelError
from pyloto_stream.ai.circuit import Circuit
from pyloto_stream.ai.decision import Decision, OffSchemaError, decode
from pyloto_stream.ai.discretion import hush, hushed, named
from pyloto_stream.ai.listening import first_message
from pyloto_stream.ai.masking import Masking
from pyloto_stream.ai.merging import Turn, merge
from pyloto_stream.ai.prompts import PROMPTS
from pyloto_stream.ai.rules import understand
from pyloto_stream.ai.telemetry import ModelTelemetry
from pyloto_stream.ai.window import PERSON
from pyloto_stream.conversation.events import MessageReceived
from pyloto_stream.conversation.flows import known
from pyloto_stream.conversation.intents import CONFIDENT
from pyloto_stream.conversation.state import ConversationState, Session
from pyloto_stream.conversation.understanding import Understanding

WORTH_REPAIRING = 0.2
"""Parte do prazo que tem de sobrar para que um conserto ainda possa chegar a tempo."""
MAX_ECHO = 2000
_QUESTION = re.compile(r"[^.!?…]*\?")
"""Uma frase que pergunta: a próxima pergunta é de quem decide, e vem depois."""

Guard = Callable[[str], str]
"""Por que um texto não pode sair (uma enumeração); vazio se pode."""


class AIOrchestrator:
    """Entende um turno. `clock` em segundos, sem voltar atrás; `model` só dá nome às respostas guardadas."""

    def __init__(
        self,
        chat: ChatModel,
        telemetry: ModelTelemetry,
        guard: Guard,
        *,
        budget_s: float,
        model: str = "",
        clock: Callable[[], float] = time.monotonic,
        cache: Cache | None = None,
    ) -> None:
        self._chat, self._telemetry, self._guard = chat, telemetry, guard
        self._budget_s, self._model, self._clock = budget_s, model, clock
        self._circuit = Circuit(clock)
        self._cache = cache or Cache(clock)

    async def understand(
        self, state: ConversationState, messages: Sequence[MessageReceived]
    ) -> Understanding:
        """Entende juntas as mensagens de um turno, à luz de `state`; como `rules.understand`, só que melhor.

        Raises:
            ValueError: não há sessão aberta em `state`.
        """
        quiet = hushed(messages)
        ruled = understand(state, quiet)
        session, texts = state.session, typed(messages)
        if session is None or not texts or _settled(ruled, texts):
            return named(ruled)
        masking = Masking()
        asked = brief(state, texts, masking)
        try:
            decision = await self._decided(asked, state, personal=bool(masking.found))
        except ModelError as error:
            self._telemetry.model_fell_back("whole", error.code)
            return named(ruled)
        turn = Turn(state, session, quiet, "\n".join(typed(quiet)))
        return named(self._merged(ruled, decision, turn, masking))

    async def hear_first(self, text: str) -> Understanding:
        """O que se entende de `text` numa sessão que ele abre; para medir (`evaluation.heard_in`)."""
        return await self.understand(*first_message(text))

    async def close(self) -> None:
        """Fecha as conexões do modelo."""
        await self._chat.close()

    def _merged(
        self, ruled: Understanding, decision: Decision, turn: Turn, masking: Masking
    ) -> Understanding:
        facts = tuple(
            msgspec.structs.replace(fact, value=hush(masking.unmask(fact.value))) for fact in decision.facts
        )
        turn = turn._replace(earlier=_said_before(turn.session))
        heard, dropped = merge(ruled, msgspec.structs.replace(decision, facts=facts), turn)
        for part, reason in dropped:
            self._telemetry.model_fell_back(part, reason)
        return msgspec.structs.replace(heard, reply=self._reply(decision, ruled), prompt=PROMPTS.version)

    def _reply(self, decision: Decision, ruled: Understanding) -> str:
        """A resposta proposta, se pode sair e fala do que se decidiu; vazia: falam os textos fixos."""
        reply = _QUESTION.sub("", " ".join(decision.reply.split())).strip()
        if not reply:
            return ""
        reason = "unsure" if decision.confidence < CONFIDENT else ""
        if ruled.explicit and not any(heard.intent == ruled.explicit for heard in decision.intents):
            reason = reason or "elsewhere"
        if not reason and (reason := self._guard(reply)):
            self._telemetry.reply_stopped(reason)
        if reason:
            self._telemetry.model_fell_back("reply", reason)
        return "" if reason else reply

    async def _decided(
        self, asked: Sequence[Message], state: ConversationState, *, personal: bool
    ) -> Decision:
        """A decisão do modelo, guardada ou nova.

        Raises:
            ModelError: não há uma que se possa usar; `paused` se nem se perguntou.
        """
        public = not personal and not known(state) and not state.summaries
        key = key_of(PROMPTS.version, self._model, asked)
        if public and (kept := self._cache.get(key)) is not None:
            self._telemetry.model_cached()
            return kept
        if not self._circuit.allows():
            raise ModelError(code="paused")
        try:
            decision = await self._within_budget(asked)
        except ModelError as error:
            self._failed(error)
            raise
        self._worked()
        if public and not decision.facts:
            self._cache.put(key, decision)
        return decision

    async def _within_budget(self, asked: Sequence[Message]) -> Decision:
        ends = self._clock() + self._budget_s
        try:
            async with asyncio.timeout(self._budget_s):
                first = await self._call(asked)
                try:
                    return decode(first.text)
                except OffSchemaError as error:
                    if ends - self._clock() < self._budget_s * WORTH_REPAIRING:
                        raise
                    problem = str(error)
                echo = Message("assistant", first.text[:MAX_ECHO])
                again = Message("user", f"Essa resposta não serve: {problem}. Devolva só o JSON pedido.")
                return decode((await self._call((*asked, echo, again))).text)
        except TimeoutError:
            raise ModelError(code="timeout") from None

    async def _call(self, messages: Sequence[Message]) -> Completion:
        """Uma chamada, contada haja o que houver com ela."""
        began, result = self._clock(), "timeout"
        try:
            answer = await self._chat.ask(messages)
            result = "refused" if answer.refusal else BY_FINISH.get(answer.finish, "ok")
        except ModelError as error:
            result = error.code
            raise
        finally:
            self._telemetry.model_called(result, self._clock() - began)
        self._telemetry.model_tokens(answer.tokens_in, answer.tokens_out)
        if result != "ok":
            raise ModelError(code=result)
        return answer

    def _failed(self, error: ModelError) -> None:
        if error.code not in SERVER_DOWN:
            self._worked()
        elif self._circuit.failed():
            self._telemetry.model_down(error.code)

    def _worked(self) -> None:
        if outage := self._circuit.worked():
            self._telemetry.model_back(outage.seconds)


def _settled(ruled: Understanding, texts: Sequence[str]) -> bool:
    """As regras bastam: é spam, ou uma só palavra que escolhe uma opção oferecida ("2")."""
    return ruled.gesture == "spam" or (ruled.explicit is not None and len(" ".join(texts).split()) == 1)


def _said_before(session: Session) -> str:
    return "\n".join(line.removeprefix(PERSON) for line in session.window if line.startswith(PERSON))
