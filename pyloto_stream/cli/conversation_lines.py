"""Como se mostra uma conversa a uma pessoa? Poucas linhas, com a hora de São Paulo."""

from consumers.conversation_view import ConversationView, HandoffView, MessageView, SessionView
from pyloto_stream.cli.conversation_show import MAX_MESSAGES
from pyloto_stream.cli.output import printable
from pyloto_stream.cli.runtime import sao_paulo


def lines(found: ConversationView) -> list[str]:
    """O documento em linhas; o que a conversa não tem não aparece."""
    waiting = f", {found.waiting} events wait for it" if found.waiting else ""
    pairs = [
        ("conversation", found.user_key),
        ("mode", found.mode),
        ("now", f"a turn is in progress{waiting}" if found.busy else ""),
        ("since", "" if found.forgotten_at else sao_paulo(found.created_at)),
        ("forgotten", f"at {sao_paulo(found.forgotten_at)}, with all before" if found.forgotten_at else ""),
        ("session", _session(found.session) if found.session else "none is open"),
        ("facts", _facts(found.session)),
        ("last outcome", found.last_outcome),
        ("hand-off", _handoff(found.handoff) if found.handoff else ""),
        *(("timer", f"{timer.name} at {sao_paulo(timer.due)}") for timer in found.timers),
    ]
    told = [f"{name:<14}{_line(text)}" for name, text in pairs if text]
    if found.handoff is not None and found.handoff.summary:
        told += ["", "summary:", printable(found.handoff.summary)]
    if found.messages:
        told += ["", *(_message(message) for message in found.messages)]
    if found.more:
        told += [f"the last {len(found.messages)}; there are more: --last shows up to {MAX_MESSAGES}"]
    return told


def _session(session: SessionView) -> str:
    parts = [
        session.intent,
        f"open since {sao_paulo(session.opened_at)}",
        f"{session.turns} turns",
        f"asks {session.asked}" if session.asked else "",
        f"then {', '.join(session.queue)}" if session.queue else "",
        f"knows {', '.join(session.fields)}" if session.fields else "",
    ]
    return "; ".join(part for part in parts if part)


def _facts(session: SessionView | None) -> str:
    if session is None or not session.facts:
        return ""
    return "; ".join(f"{name}: {value}" for name, value in session.facts.items())


def _handoff(handoff: HandoffView) -> str:
    state = f"{handoff.status}, made at {sao_paulo(handoff.created_at)}"
    return f"{state}; {handoff.intent}; {handoff.level}, {handoff.score}; {handoff.routing}"


def _message(message: MessageView) -> str:
    status = f" [{message.status}]" if message.status else ""
    said = message.text if message.text is not None else f"({message.length} characters)"
    return f"{sao_paulo(message.at)}  {message.actor:<6}  {message.type:<8}  {_line(said)}{status}"


def _line(text: str) -> str:
    return printable(" ".join(text.split()))
