"""Como se percorre um fluxo? Guarda o que foi dito, faz uma pergunta por turno e sabe quando parar.

Promete: nunca repete a pergunta de um dado conhecido; aceita vários dados de uma vez; desiste com educação.
"""

from pyloto_stream.conversation.draft import Draft
from pyloto_stream.conversation.endings import MAX_RETRIES, hand_over
from pyloto_stream.conversation.flows import (
    BUSINESS,
    FIELDS,
    FLOWS,
    ROLE,
    UNKNOWN,
    Flow,
    known,
    next_field,
    question,
    speaks_for_business,
    summary_of,
)  # fmt: skip
from pyloto_stream.conversation.forms import offer
from pyloto_stream.conversation.intents import CONTINUE, TITLES, choose, in_progress
from pyloto_stream.conversation.reply import NO, YES, Choice, Reply
from pyloto_stream.conversation.texts import TEXTS, join
from pyloto_stream.conversation.understanding import Note, Understanding

UNANSWERING: frozenset[Note] = frozenset(
    ("stale", "form", "audio", "audio_long", "media", "location", "contacts")
)
"""Notas do que não responde, mas tampouco é resposta inútil: fotos em série, um áudio, uma opção antiga."""


def remember(draft: Draft, heard: Understanding) -> tuple[bool, list[str]]:
    """Guarda o que foi dito; devolve se algo mudou e o que dizer das correções.

    Fora de um fluxo só se guarda o que é do perfil (nome, cidade): nada se coleta fora da intenção ativa.
    """
    session, state = draft.session, draft.state
    session.facts.update(heard.signals)
    if role := heard.signals.get(ROLE):
        state.profile[ROLE] = role
    wanted = FLOWS[session.active].fields if in_progress(session) else ()
    learned, said = False, []
    for name, value in {**heard.facts, **heard.corrections}.items():
        field, old = FIELDS.get(name), session.facts.get(name, UNKNOWN)
        corrects = old != UNKNOWN
        if not value.strip() or old == value or (corrects and name not in heard.corrections):
            continue
        if name in wanted or corrects:
            session.facts[name] = value
            state.refused = [other for other in state.refused if other != name]
            learned = True
        if field and corrects:
            said.append(TEXTS.corrected.format(label=field.label, value=value))
        if field and field.profile and value != UNKNOWN:
            state.profile[field.profile] = value
        if speaks_for_business(name, value):
            state.profile[BUSINESS] = "sim"
    for name in heard.declined:
        if name in wanted and name not in known(state):
            session.facts[name] = UNKNOWN
            learned = True
    return learned, said


def collect(
    draft: Draft, heard: Understanding, before: list[str], *, learned: bool, fresh: bool = False
) -> Reply | None:
    """Segue o fluxo ativo: a próxima pergunta, a mesma de novo ou o fim. `fresh`: o fluxo começa agora."""
    session, flow = draft.session, FLOWS[draft.session.active]
    asked = session.asked
    if heard.gesture == "back" and (back := _undo_last(draft, flow)):
        session.asked, session.asks = back, 0
        return question(flow, back, *before, TEXTS.went_back)
    if heard.gesture == "refuse" and asked in FIELDS and asked not in known(draft.state):
        session.facts[asked] = UNKNOWN
        if not FIELDS[asked].critical:
            draft.state.refused.append(asked)
        before = [*before, TEXTS.noted_refusal]
    name = next_field(flow, known(draft.state))
    if not name:
        return finish(draft, before)
    if name != asked:
        session.asked, session.asks = name, 0
        form = offer(flow.intent, name, known(draft.state), draft.rules.forms, *before) if fresh else None
        return form or question(flow, name, *before)
    if learned:
        session.asks = 0
    if fresh or learned or heard.aside or not UNANSWERING.isdisjoint(heard.notes):
        # a localização chegou, mas não diz a cidade: pedi-la de novo não ajuda
        pinned = "location" in heard.notes and flow.input_of(name) == "location"
        return question(flow, name, *before, again=pinned)
    if not _repeats(draft, heard):
        session.asks += 1
    if session.asks > MAX_RETRIES:
        return _give_up(draft, before)
    return question(flow, name, *before, again=True)


def finish(draft: Draft, before: list[str]) -> Reply:
    """O fluxo ativo está completo: entrega, ou pergunta se seguimos com o próximo assunto."""
    session, flow = draft.session, FLOWS[draft.session.active]
    if session.active not in session.resolved:
        session.resolved.append(session.active)
    if not session.queue:
        reply = hand_over(draft, "LEAD_COMPLETE")
        return Reply(kind="text", text=join((*before, reply.text)))
    done = TEXTS.finished_one.format(title=flow.title, summary=summary_of(flow, known(draft.state)))
    return ask_to_continue(draft, *before, done)


def ask_to_continue(draft: Draft, *before: str) -> Reply:
    """Pergunta se seguimos com o próximo assunto da fila (que não pode estar vazia)."""
    session = draft.session
    title = TITLES.get(choose(session, None) or "", "")
    told = TEXTS.queued.format(title=title)
    before = tuple(part for part in before if part != told)  # a pergunta já diz qual é o assunto
    session.asks = session.asks if session.asked == CONTINUE else 0
    session.asked = CONTINUE
    return Reply(
        kind="buttons",
        text=join((*before, TEXTS.continue_question.format(title=title))),
        choices=(Choice(YES, TEXTS.continue_yes), Choice(NO, TEXTS.continue_no)),
    )


def _undo_last(draft: Draft, flow: Flow) -> str:
    facts = draft.session.facts
    last = next((name for name in reversed(facts) if name in flow.fields), "")
    if last:
        del facts[last]
        draft.state.profile.pop(FIELDS[last].profile, None)
    return last


def _repeats(draft: Draft, heard: Understanding) -> bool:
    """A pessoa só repetiu o que já tinha dito? Não responde ao que se perguntou, mas não é inútil."""
    facts = known(draft.state)
    return any(facts.get(name) == value for name, value in heard.facts.items())


def _give_up(draft: Draft, before: list[str]) -> Reply | None:
    """Três respostas inúteis: o opcional fica em branco; o essencial vai a uma pessoa."""
    session = draft.session
    if not FIELDS[session.asked].critical:
        session.facts[session.asked] = UNKNOWN
        return collect(draft, Understanding(), before, learned=True)
    return hand_over(draft, "NO_USABLE_ANSWER")
