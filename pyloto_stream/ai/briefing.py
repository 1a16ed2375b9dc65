"""O que o modelo lê num turno? As instruções, o que vale para o assunto em andamento, e a conversa mascarada.

Promete: o que alguém escreveu passa por `Masking`, as mensagens de um turno juntas, e vai entre delimitadores
que não pode imitar; telefone, nome do perfil, cartões de contato e nomes de arquivo não entram. Limite:
o nome que a pessoa disse, entra, e um número que ela partiu entre dois turnos também.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from string import Template

from pyloto_stream.ai.chat import Message
from pyloto_stream.ai.masking import Masking
from pyloto_stream.ai.prompts import PROMPTS, Shot
from pyloto_stream.conversation.events import MessageReceived
from pyloto_stream.conversation.flows import FIELDS, FLOWS, INTENTS, SUBJECTS, known
from pyloto_stream.conversation.intents import CHOOSE, CONTINUE, in_progress
from pyloto_stream.conversation.records import Intent
from pyloto_stream.conversation.state import ConversationState, Session
from pyloto_stream.conversation.texts import COMMANDS, KNOWLEDGE, clip

MAX_READ, MAX_TURN, MAX_LINE = 16_000, 6000, 300
"""Letras: de uma mensagem que se olha; de um turno, e de cada linha do resto, que se mostram."""
NOTHING = "(nada)"
_DELIMITERS = str.maketrans({"<": "‹", ">": "›"})


def typed(messages: Iterable[MessageReceived]) -> list[str]:
    """O que há para um modelo entender: o que foi escrito, sem toques, formulários e comandos fixos.

    Só emoji, pontuação ou invisíveis não pede modelo nenhum.
    """
    texts = (visible(m.text) for m in messages if m.kind != "form" and not m.choice)
    return [
        t for t in texts if any(c.isalnum() for c in t) and t.split(maxsplit=1)[0].lower() not in COMMANDS
    ]


def visible(text: str) -> str:
    """`text` sem o que não se vê (controles, largura zero, direção) e de tamanho limitado."""
    seen = unicodedata.normalize("NFC", text[:MAX_READ])
    kept = (" " if c.isspace() and c != "\n" else c for c in seen if c.isspace() or c.isprintable())
    return "".join(kept).strip()


def brief(state: ConversationState, texts: Sequence[str], masking: Masking) -> tuple[Message, ...]:
    """A pergunta ao modelo sobre `texts`, à luz de `state`.

    Raises:
        ValueError: não há sessão aberta em `state`.
    """
    session = state.session
    if session is None:
        raise ValueError("no open session")

    def shown(lines: Iterable[str], limit: int = MAX_LINE) -> str:
        masked = (masking.mask(fenced(line)) for line in lines)  # mascara-se antes de cortar
        return "\n".join(clip(line, limit) for line in masked) or NOTHING

    user = Template(PROMPTS.parts.CLASSIFY_INTENT_USER).substitute(
        ativo=session.active if in_progress(session) else NOTHING,
        resumos=shown(state.summaries),
        conversa=shown(session.window),
        fatos=shown(f"{n}: {v}" for n, v in known(state).items() if n in FIELDS),
        pergunta=_question(session),
        mensagens=clip(masking.mask("\n".join(map(fenced, texts))), MAX_TURN) or NOTHING,
    )
    return Message("system", _system(session)), Message("user", user.strip())


def fenced(text: str) -> str:
    """`text` sem nada que feche ou abra um delimitador."""
    return visible(text).translate(_DELIMITERS)


def _system(session: Session) -> str:
    parts = PROMPTS.parts
    subjects = "\n".join(f"- {intent}: {_about(intent)}" for intent in INTENTS)
    pieces = (
        Template(parts.CLASSIFY_INTENT_SYSTEM).substitute(assuntos=subjects),
        "Exemplos:\n\n" + "\n\n".join(_shot(shot) for shot in PROMPTS.shots if shot.active in INTENTS),
        Template(parts.EXTRACT_ENTITIES).substitute(campos="\n".join(_fields(session))),
        Template(parts.GENERATE_RESPONSE).substitute(conhecimento="\n".join(_knowledge(session))),
    )
    return "\n\n".join(piece.strip() for piece in pieces)


def _about(intent: Intent) -> str:
    """O que é um assunto, nas palavras das instruções ou, se é novo, nas da lista de assuntos."""
    subject = SUBJECTS.get(intent)
    listed = f"{subject.title}; {subject.option.description}" if subject else intent
    return PROMPTS.intents.get(intent, listed)


def _shot(shot: Shot) -> str:
    asked = f"<pergunta>{shot.question}</pergunta>\n" if shot.question else ""
    return f"Assunto em andamento: {shot.active}\n{asked}<mensagens>{shot.text}</mensagens>\n{shot.answer}"


def _fields(session: Session) -> Iterator[str]:
    """Os campos do assunto em andamento (se nenhum está, os de todos) e os do perfil."""
    flows = [FLOWS[session.active]] if in_progress(session) else list(FLOWS.values())
    profile = (name for name, field in FIELDS.items() if field.profile)
    for name in dict.fromkeys((*(name for flow in flows for name in flow.fields), *profile)):
        field = FIELDS[name]
        options = ", ".join(choice.value for choice in field.choices)
        several = " (aceita várias)" if field.parser == "choices" else ""
        yield f"- {name}: {field.label}" + (f"; opções{several}: {options}" if options else "")


def _knowledge(session: Session) -> Iterator[str]:
    if in_progress(session):
        yield f"- {FLOWS[session.active].intro}"
    for topic in KNOWLEDGE.topics:
        yield f"- ({topic.name}) {topic.text}"


def _question(session: Session) -> str:
    if session.asked == CHOOSE:
        return "Sobre qual dos assuntos quer falar?"
    if session.asked == CONTINUE:
        return "Quer continuar com o próximo assunto? (sim ou não)"
    if session.asked not in FIELDS:
        return NOTHING
    flow = FLOWS.get(session.active)
    asked = flow.questions.get(session.asked) if flow else None
    return f"{session.asked}: {asked or FIELDS[session.asked].question}"
