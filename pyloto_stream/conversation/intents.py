"""Qual das intenções da pessoa está ativa? No máximo três por sessão, uma de cada vez (contrato, seção 3)."""

from collections.abc import Container, Mapping, Sequence

from pyloto_stream.conversation.flows import FLOWS, SUBJECTS
from pyloto_stream.conversation.records import Intent
from pyloto_stream.conversation.state import QueuedIntent, Session
from pyloto_stream.conversation.understanding import IntentScore, Understanding

MAX_INTENTS = 3
CONFIDENT = 0.7
"""Abaixo disto, oferecemos opções em vez de adivinhar (contrato, seção 8)."""
CHOOSE = "@intent"
"""Valor de `Session.asked` enquanto a lista de assuntos espera uma escolha."""
CONTINUE = "@continue"
"""Valor de `Session.asked` enquanto se espera saber se seguimos com o próximo assunto."""
IMMEDIATE: frozenset[Intent] = frozenset(i for i, subject in SUBJECTS.items() if subject.immediate)
"""Necessidades que passam à frente das outras (uma entrega agora)."""
IMPACT: Mapping[Intent, int] = {intent: subject.impact for intent, subject in SUBJECTS.items()}
TITLES: Mapping[Intent, str] = {intent: subject.option.title for intent, subject in SUBJECTS.items()}


def in_progress(session: Session) -> bool:
    """A intenção ativa coleta dados e ainda não terminou?"""
    return session.active in FLOWS and session.active not in session.resolved


def chosen(heard: Understanding) -> Intent | None:
    """A escolha da pessoa, se é um assunto de que tratamos."""
    return heard.explicit if heard.explicit in SUBJECTS else None


def mentioned(heard: Understanding) -> list[IntentScore]:
    """Os assuntos de que a pessoa falou com certeza: o que escolheu primeiro, depois os outros, na ordem."""
    choice = chosen(heard)
    others = [
        score
        for score in heard.intents
        if score.confidence >= CONFIDENT and score.intent in SUBJECTS and score.intent != choice
    ]
    return others if choice is None else [IntentScore(choice, 1.0), *others]


def admit(session: Session, heard: Sequence[IntentScore], now_ms: int) -> bool:
    """Põe na fila os assuntos de `mentioned`; `False` se apareceu um quarto.

    Uma já conhecida só volta à fila se ninguém a está tratando (a pessoa insiste num assunto largado).
    """
    for score in heard:
        if score.intent in session.detected:
            if not _may_return(session, score.intent):
                continue
        elif len(session.detected) == MAX_INTENTS:
            return False
        else:
            session.detected.append(score.intent)
        session.queue.append(QueuedIntent(score.intent, now_ms, score.confidence))
    return True


def _may_return(session: Session, intent: Intent) -> bool:
    if any(queued.intent == intent for queued in session.queue):
        return False
    if in_progress(session):
        return intent != session.active and intent not in session.resolved
    return not (intent in FLOWS and intent in session.resolved)


def choose(
    session: Session, explicit: Intent | None, *, among: Container[Intent] = SUBJECTS
) -> Intent | None:
    """A intenção que deve tornar-se ativa agora; `None` se a atual continua. `among`: só destas, das da fila.

    Ordem do contrato: escolha explícita, necessidade operacional, impacto comercial, a primeira mencionada.
    """
    if explicit is not None:
        return None if explicit == session.active and in_progress(session) else explicit
    waiting = [queued.intent for queued in session.queue if queued.intent in among]
    if urgent := next((intent for intent in waiting if intent in IMMEDIATE), None):
        return urgent
    if in_progress(session) or not waiting:
        return None
    return max(waiting, key=lambda intent: IMPACT[intent])  # empate: a primeira mencionada


def activate(session: Session, intent: Intent, now_ms: int, *, replaces: bool = False) -> None:
    """Torna `intent` ativa; a anterior volta à fila se já tinha coletado algo.

    `replaces`: a pessoa trocou de assunto por escolha, e o que nem tinha começado é esquecido.
    """
    flow = FLOWS.get(session.active)
    started = flow is not None and any(name in session.facts for name in flow.fields)
    if in_progress(session) and (started or not replaces) and session.active != intent:
        session.queue.append(QueuedIntent(session.active, now_ms, session.confidence))
    chosen = next((queued for queued in session.queue if queued.intent == intent), None)
    session.queue = [queued for queued in session.queue if queued.intent != intent]
    session.active, session.confidence = intent, chosen.confidence if chosen else 1.0
    session.asked, session.asks = "", 0


def primary(session: Session) -> Intent:
    """A intenção que dá nome à entrega: a de maior impacto entre as comerciais concluídas; senão a ativa.

    Se a ativa não é comercial (a pessoa voltou às opções, por exemplo), a de maior impacto das percebidas.
    """
    commercial = [intent for intent in session.detected if intent in FLOWS]
    done = [intent for intent in session.resolved if intent in FLOWS]
    if not done and (session.active in FLOWS or not commercial):
        return session.active
    return max(done or commercial, key=lambda intent: IMPACT[intent])
