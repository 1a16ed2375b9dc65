"""O que as mensagens de um turno quiseram dizer? Regras determinísticas, sem rede e sem relógio.

Promete: qualquer conteúdo dá um entendimento válido; o que uma pessoa escreve nunca muda as regras. Não
decide nada.
"""

from collections.abc import Sequence

from pyloto_stream.ai import gestures
from pyloto_stream.ai.amends import amend_in
from pyloto_stream.ai.asides import DETAILS, asked_in, statements
from pyloto_stream.ai.facts import OPEN, Found, city_of_address, find_facts
from pyloto_stream.ai.forms import Filled, read_forms
from pyloto_stream.ai.lexicon import LEXICON, READER
from pyloto_stream.ai.notes import location_signal, notes_of, place_of
from pyloto_stream.ai.phrases import fold
from pyloto_stream.ai.reading import Reading
from pyloto_stream.ai.scoring import score_by_rules, score_intents
from pyloto_stream.ai.taps import Taps, read_taps
from pyloto_stream.conversation.events import MessageReceived
from pyloto_stream.conversation.flows import FIELDS, FLOWS, SUBJECTS, UNKNOWN, known
from pyloto_stream.conversation.intents import CONFIDENT, IMMEDIATE, in_progress
from pyloto_stream.conversation.records import Intent
from pyloto_stream.conversation.state import ConversationState, Session
from pyloto_stream.conversation.texts import COMMANDS
from pyloto_stream.conversation.understanding import Gesture, IntentScore, Understanding

ENGINE = "rules"
UNASKED = 0.65
"""Teto de um assunto que só transparece na resposta a uma pergunta, sem que a pessoa o peça."""
PROFILE_FIELDS = tuple(name for name, field in FIELDS.items() if field.profile)
"""De quem fala guarda-se o que disser, seja qual for o assunto."""


def understand(state: ConversationState, messages: Sequence[MessageReceived]) -> Understanding:
    """Entende juntas as mensagens de um turno, à luz de `state`.

    Raises:
        ValueError: não há sessão aberta em `state`.
    """
    session = state.session
    if session is None:
        raise ValueError("no open session")
    taps = read_taps(state, session, (m.choice for m in messages if m.choice))
    typed = [text for m in messages if not m.choice and (text := _typed(m))]
    command = next(filter(None, map(_command, typed)), taps.command)
    reading = READER.read("\n".join(text for text in typed if not _command(text)))
    heard = _Hearing(state, session, reading, taps, read_forms(session, messages))
    return heard.understanding(messages, command)


def _typed(message: MessageReceived) -> str:
    """O que foi escrito; o JSON de um formulário não é texto."""
    if message.kind == "form":
        return ""
    return LEXICON.emoji.get(message.text.strip().rstrip("\ufe0f🏻🏼🏽🏾🏿"), message.text)


def _command(text: str) -> str:
    """O comando fixo que `text` chama, com ou sem argumentos; vazio se não é um."""
    first = fold(text.split(maxsplit=1)[0])[:80] if text.lstrip().startswith("/") else ""
    return first if first in COMMANDS else ""


class _Hearing:
    """Um turno sendo entendido: o que as partes do entendimento precisam saber umas das outras."""

    def __init__(
        self, state: ConversationState, session: Session, reading: Reading, taps: Taps, form: Filled
    ) -> None:
        self.state, self.session, self.reading, self.taps, self.form = state, session, reading, taps, form
        self.collecting = in_progress(session)
        self.option = gestures.picked_option(reading, session)
        self.scores = (score_by_rules if self.collecting else score_intents)(reading)
        chosen = self.option if not (self.collecting and reading.has("mark", "also")) else None
        self.explicit = form.intent or taps.intent or (chosen.intent if chosen else None)
        self.explicit = self.explicit or self._switched()
        self.asking = session.asked in FIELDS and self.collecting
        self.told = statements(reading) if self.asking else reading
        self.wonders = self.asking and self._wonders()
        self.aside = self.wonders or (session.asked in FIELDS and gestures.asks_about_us(reading))

    def understanding(self, messages: Sequence[MessageReceived], command: str) -> Understanding:
        """Junta as partes."""
        found = self._facts(messages)
        facts = {**found.facts, **self.taps.facts, **self.form.facts}
        value = facts.get(self.session.asked, "")
        return Understanding(
            intents=self._intents(value),
            explicit=self.explicit,
            facts=facts,
            corrections={**found.corrections, **self.taps.corrections, **self.form.corrections},
            declined=self.form.declined,
            gesture=self._gesture(value),
            topic=self._topic(),
            command=command,
            aside=self.aside,
            notes=notes_of(messages, stale=self.taps.stale, form=self.form.unread),
            signals={**self._signals(), **location_signal(messages)},
            engine=ENGINE,
        )

    def _wonders(self) -> bool:
        """Pergunta algo que não é outro assunto nem um gesto ("posso falar com alguém?")?"""
        elsewhere = any(score.intent != self.session.active for score in self._confident())
        gesture = gestures.gesture(self.reading, self.session)
        return not elsewhere and gesture in ("", "greeting") and bool(asked_in(self.reading))

    def _topic(self) -> str:
        if self.collecting and not self.aside:
            return ""
        unknown = DETAILS if self.wonders and not self.reading.has("concept", "about") else ""
        return gestures.topic(self.reading) or unknown

    def _switched(self) -> Intent | None:
        """A pessoa trocou de assunto de propósito ("na verdade quero…")?"""
        best = max(self._confident(), key=lambda score: score.confidence, default=None)
        started = self.session.active not in ("ENTRY_UNKNOWN", "UNSUPPORTED")
        if best is None or best.intent in (self.session.active, "UNSUPPORTED"):
            return None
        return best.intent if started and self.reading.has("mark", "switch") else None

    def _confident(self) -> list[IntentScore]:
        return [score for score in self.scores if score.confidence >= CONFIDENT]

    def _intents(self, value: str) -> tuple[IntentScore, ...]:
        """Durante uma coleta, um assunto que só transparece na resposta perde a confiança."""
        if not self.collecting:
            return self.scores
        return tuple(
            score if self._meant(score.intent, value)
            else IntentScore(score.intent, min(score.confidence, UNASKED))
            for score in self.scores
        )  # fmt: skip

    def _meant(self, intent: Intent, value: str) -> bool:
        """A pessoa pediu `intent`, em vez de só responder com palavras parecidas?"""
        reading, field = self.reading, FIELDS.get(self.session.asked)
        if intent not in SUBJECTS or SUBJECTS[intent].ends == "SELF_SERVE_INFO":
            return not value and not self.aside
        if intent == self.explicit:
            return True
        if intent in IMMEDIATE and not value:
            return True
        if intent in IMMEDIATE:
            return reading.has("mark", "delivery_now")
        if value and field is not None and field.parser in OPEN:
            return reading.has("mark", "also") and reading.has("mark", "want")
        return reading.has("mark", "want")

    def _gesture(self, value: str) -> Gesture:
        if self.taps.gesture:
            return self.taps.gesture
        if self.option is not None and self.option.action == "human":
            return "human"
        made = gestures.gesture(self.reading, self.session)
        if made == "cancel" and self.explicit is not None:
            return ""
        weak = made in ("", "no", "thanks", "greeting", "yes")
        return "refuse" if weak and gestures.declines(self.reading, self.session, value) else made

    def _signals(self) -> dict[str, str]:
        return {} if self.reading.has("mark", "steer") else gestures.signals(self.reading)

    def _facts(self, messages: Sequence[MessageReceived]) -> Found:
        session = self.session
        if self.reading.has("mark", "steer"):  # quem tenta conduzir o robô não informou nada
            return Found({}, {})
        already = {name: value for name, value in known(self.state).items() if value != UNKNOWN}
        fields, asked = self._fields(), session.asked if self.collecting else ""
        found = find_facts(self.told, amend_in(self.told), fields, already, asked)
        if "city" in fields and "city" not in {**already, **found.facts}:
            where = city_of_address(place_of(messages))
            found.facts.update({"city": where} if where else {})
        return found

    def _fields(self) -> tuple[str, ...]:
        """Os campos que interessam: os do assunto em andamento, os dos que começam agora e os do perfil."""
        intents: list[Intent] = [score.intent for score in self._confident()]
        if self.collecting:
            intents = [self.session.active]
        if self.explicit is not None:
            intents = [self.explicit]
        fields = [name for intent in intents if intent in FLOWS for name in FLOWS[intent].fields]
        return tuple(dict.fromkeys((*fields, *PROFILE_FIELDS)))
