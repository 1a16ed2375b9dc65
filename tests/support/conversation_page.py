"""O que `docs/conversation.md` diz que vem dos dados? Cada pedaço gerado, por nome."""

from collections.abc import Iterable, Mapping, Sequence
from typing import get_args

from msgspec import structs

from pyloto_stream.ai.lexicon import LEXICON
from pyloto_stream.conversation.abuse import FORGIVEN_AFTER_MS
from pyloto_stream.conversation.endings import MAX_RETRIES
from pyloto_stream.conversation.flow_files import FIELDS, FLOWS, SUBJECTS, Flow
from pyloto_stream.conversation.inbound import ANSWERED
from pyloto_stream.conversation.intents import CONFIDENT, MAX_INTENTS
from pyloto_stream.conversation.lifecycle import DELIVERED, FinalOutcome
from pyloto_stream.conversation.qualification import COMPLETE_POINTS, OTHER_SUBJECT_POINTS
from pyloto_stream.conversation.records import Mode
from pyloto_stream.conversation.rules import SessionRules
from pyloto_stream.conversation.texts import COMMANDS, KNOWLEDGE, TEXTS
from pyloto_stream.conversation.understanding import Gesture

WAYS: Mapping[str, str] = {
    "HANDOFF_HUMAN": "all questions answered · asks for a person · 3 useless answers · takeover"
    " · closed by an operator after data",
    "SELF_SERVE_INFO": "answered and silent or done · leaves without a lead · closed by an operator",
    "ROUTE_EXTERNAL": "served by another channel",
    "SCHEDULED_FOLLOWUP": "silent after giving data · a fourth subject",
    "DUPLICATE_OR_SPAM": "flood · spam pattern · 3 useless answers, never understood",
    "UNSUPPORTED": "only out of scope",
    "FAILED_INTERNAL": "a turn was buried",
}
"""De que maneiras uma sessão acaba, por desfecho."""
READS: Mapping[str, str] = {
    "HANDOFF_HUMAN": "what was understood, and that a person goes on; nothing on a takeover or a close",
    "SELF_SERVE_INFO": "the information, or a good-bye; nothing on silence",
    "ROUTE_EXTERNAL": "the link of that channel",
    "SCHEDULED_FOLLOWUP": "that the company will come back",
    "DUPLICATE_OR_SPAM": "nothing; one notice for a flood",
    "UNSUPPORTED": "one line on what is in scope",
    "FAILED_INTERNAL": "one neutral line",
}
DOES: Mapping[Gesture, str] = {
    "human": "hands over, at any moment, even in the cool-down of another channel",
    "erase": "hands over as a request about personal data",
    "cancel": "ends the session; a lead that is complete is still handed over",
    "back": "asks again for the answer given last",
    "refuse": "stores the open question as `unknown`; an optional one is never asked again, in any session",
    "yes": "goes on with the next subject",
    "no": "ends, when asked whether to go on or when nothing is open",
    "thanks": "the same, and is told “por nada”",
    "menu": "shows the list of subjects",
    "greeting": "shows the list of subjects, if no question is open",
    "spam": "closes in silence, unless data were given",
}
LIMITS: Mapping[str, str] = {
    "awaiting_user_timeout_s": "a question is open: lead → `HANDOFF_HUMAN`, data → `SCHEDULED_FOLLOWUP`, "
    "none → `SELF_SERVE_INFO`",
    "session_idle_timeout_s": "no question is open: the same three ends",
    "route_external_cooldown_s": "after `ROUTE_EXTERNAL`: no new session, one reminder; a person can be had",
    "handoff_release_after_s": "after `HANDOFF_HUMAN`, without activity: mode `BOT` again",
    "flood_threshold": "messages in the window that are still fine",
    "flood_window_s": "the window of a flood, by when messages were sent",
    "flood_cooldown_s": "the first silence; doubles with each repeat",
    "flood_cooldown_max_s": "the longest silence",
}


def parts() -> Mapping[str, str]:
    """Cada pedaço gerado, por nome."""
    return {
        "states": _states(),
        "outcomes": _table(("Outcome", "When", "The person reads", "Team gets it"), _outcomes()),
        "subjects": _table(
            ("Order", "Intent", "In the list", "Ends in", "Impact", "Points", "Routing", "Form"), _subjects()
        ),
        "flows": "\n\n".join(_flow(flow) for flow in FLOWS.values()),
        "score": _table(("Criterion", "Points"), _score()),
        "timers": _table(("Setting", "Default", "Meaning"), _limits()),
        "abuse": _abuse(),
        "gestures": _table(("Gesture", "What it does"), _gestures()),
        "topics": _topics(),
    }


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)


def _states() -> str:
    bot, human, paused = get_args(Mode)
    ends = "\n".join(f"    Session --> {outcome}: {WAYS[outcome]}" for outcome in get_args(FinalOutcome))
    return f"""```mermaid
stateDiagram-v2
    [*] --> {bot}
    state {bot} {{
    [*] --> Session: first message
    state Session {{
        [*] --> Choosing: nothing clear
        [*] --> Collecting: a subject with questions
        [*] --> Idle: answered
        Choosing --> Collecting: a subject is chosen
        Choosing --> Idle: answered
        Collecting --> Collecting: an answer, the next question
        Collecting --> Continue: complete, another subject waits
        Continue --> Collecting: yes
        Idle --> Collecting: another subject
    }}
    note right of Session
        Choosing, Collecting and Continue are AWAITING_USER (timer awaiting_user)
        Idle has no open question (timer session_idle)
    end note
{ends}
    ROUTE_EXTERNAL --> CoolDown: cool-down
    CoolDown --> Session: time is up, or asks for a person
    }}
    {bot} --> {human}: hand-off, takeover, echo
    {human} --> {bot}: release, close, handoff_release
    {bot} --> {paused}: pause
    {human} --> {paused}: pause
    {paused} --> {bot}: release, close
    {paused} --> {human}: takeover
```"""


def _outcomes() -> Iterable[Sequence[str]]:
    for outcome in get_args(FinalOutcome):
        yield f"`{outcome}`", WAYS[outcome], READS[outcome], "yes" if outcome in DELIVERED else ""


def _subjects() -> Iterable[Sequence[str]]:
    for flow in SUBJECTS.values():
        impact = "first: an immediate need" if flow.immediate else str(flow.impact)
        yield (
            str(flow.order), f"`{flow.intent}`", f"{flow.option.title}: {flow.option.description}",
            f"`{flow.ends}`", impact, str(flow.points) if flow.fields else "",
            f"`{flow.routing}`" if flow.routing else "", f"`{flow.form}`" if flow.form else "",
        )  # fmt: skip


def _flow(flow: Flow) -> str:
    rows = [
        (
            f"`{name}`", flow.questions.get(name, FIELDS[name].question), flow.input_of(name),
            "critical" if FIELDS[name].critical else "optional",
            ", ".join(choice.title for choice in FIELDS[name].choices),
            f"`{FIELDS[name].profile}`" if FIELDS[name].profile else "",
        )
        for name in flow.fields
    ]  # fmt: skip
    head = ("Field", "Question", "Input", "Weight", "Options", "Kept in the profile as")
    form = f" Offered at once as the form `{flow.form}`, when it is published." if flow.form else ""
    return f"### {flow.title} (`{flow.intent}`)\n\n“{flow.intro}”{form}\n\n{_table(head, rows)}"


def _score() -> Iterable[Sequence[str]]:
    points = ", ".join(f"{flow.title} {flow.points}" for flow in FLOWS.values())
    yield f"subject: {points}; anything else {OTHER_SUBJECT_POINTS}", "0–30"
    yield "critical fields known, in proportion", f"0–{COMPLETE_POINTS}"
    yield "urgency", "10"
    yield "who speaks decides (for the company, or for themselves)", "10"
    yield "budget told", "5"
    yield "company named", "5"


def _limits() -> Iterable[Sequence[str]]:
    for field in structs.fields(SessionRules):
        if field.name in LIMITS:
            setting = field.name.removesuffix("_s").upper()
            yield f"`{setting}`", _shown(field.name, int(str(field.default))), LIMITS[field.name]


def _shown(name: str, value: int) -> str:
    if not name.endswith("_s"):
        return str(value)
    hours, rest = divmod(value, 3600)
    return f"{hours} h" if hours and not rest else f"{value // 60} min" if value >= 60 else f"{value} s"


def _abuse() -> str:
    rules, day = SessionRules(), FORGIVEN_AFTER_MS // 3_600_000
    kinds = ", ".join(f"`{kind}`" for kind in sorted(ANSWERED))
    flood = (
        f"More than {rules.flood_threshold} messages sent within {rules.flood_window_s} s: one notice, then"
        f" silence for {rules.flood_cooldown_s // 60} min, doubled with each repeat within {day} h, up to"
        f" {rules.flood_cooldown_max_s // 3600} h. Only kinds that get an answer count: {kinds}."
    )
    useless = (
        f"A question is repeated {MAX_RETRIES} times. The next useless answer ends it: an optional field"
        " stays blank, a critical one goes to a person. At the list of subjects it is spam only if nothing"
        f" was ever understood with confidence ({CONFIDENT}) and no data were given: then the session closes"
        " in silence. Who sent only files, gave data or has a subject pending goes to a person; who was"
        " answered before is said good-bye."
    )
    excused = (
        "Photos, voice notes, places, contacts, a stale tap, a form that could not be checked, a question"
        " asked back, something said twice."
    )
    steering = (
        "Nothing a person writes is an instruction: what is said comes from data files, links from"
        " `knowledge.toml`, and what a model proposes passes the output guard."
    )
    said = {
        "Flood": flood,
        "Useless answers": useless,
        "Not useless": excused,
        "Subjects": f"At most {MAX_INTENTS} in a session; the next one closes it.",
        "Steering": steering,
    }
    return "\n".join(f"- **{name}.** {text}" for name, text in said.items())


def _gestures() -> Iterable[Sequence[str]]:
    for name in LEXICON.gestures:
        yield f"`{name}`", DOES[name]


def _topics() -> str:
    topics = ", ".join(f"`{topic.name}`" for topic in KNOWLEDGE.topics)
    commands = ", ".join(f"`{command}`" for command in COMMANDS)
    return (
        f"Topics of `knowledge.toml`, the first whose words appear: {topics}. Fixed commands: {commands}."
        f" The privacy notice in force is version `{TEXTS.privacy_version}`."
    )
