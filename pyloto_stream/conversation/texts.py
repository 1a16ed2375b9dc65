"""O que o atendimento diz? Frases, opções, temas e comandos fixos, todos vindos de `data/`.

Promete que toda frase existe (uma chave ausente falha ao importar) e que nenhuma resposta passa dos limites
de `reply.py`. Não conhece sessões nem intenções em andamento.
"""

from collections.abc import Iterable, Mapping

import msgspec
from msgspec import structs

from pyloto_stream.conversation.data_files import load_toml
from pyloto_stream.conversation.flow_checks import check_placeholders
from pyloto_stream.conversation.flow_files import PACKAGE, SUBJECTS, Option
from pyloto_stream.conversation.reply import MAX_REPLY_CHARS, Choice, Reply

ELLIPSIS = "…"
PARAGRAPH = "\n\n"
MIN_PARAGRAPH = 40
"""Nenhum parágrafo é cortado abaixo disto."""


class Texts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`data/texts.toml`: um campo por frase; o que vai entre chaves é preenchido por quem usa."""

    privacy_version: str
    privacy_notice: str
    welcome: str
    options_again: str
    options_menu: str
    options_ask: str
    options_button: str
    handoff: str
    handoff_empty: str
    handoff_partial: str
    handoff_stuck: str
    followup_limit: str
    followup_timeout: str
    cancelled: str
    goodbye: str
    declined: str
    data_request: str
    unsupported: str
    failed: str
    flood: str
    continue_question: str
    continue_yes: str
    continue_no: str
    finished_one: str
    queued: str
    corrected: str
    noted_refusal: str
    went_back: str
    stale_choice: str
    again_unsupported: str
    audio: str
    audio_long: str
    media: str
    location: str
    contacts: str
    call: str
    media_failed: str
    form_offer: str
    form_button: str
    form_unread: str
    form_expired: str
    reasons: dict[str, str]
    qualification: dict[str, str]
    options: tuple[Option, ...]

    def phrases(self) -> dict[str, str]:
        """As frases avulsas, por nome."""
        return {name: text for name, text in structs.asdict(self).items() if isinstance(text, str)}


class Topic(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Um tema sobre a Pyloto: `words` o reconhecem, `text` responde."""

    name: str
    text: str
    words: tuple[str, ...] = ()


class Command(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Um comando fixo (menu de comandos ou quebra-gelo do WhatsApp)."""

    command: str
    text: str


class Knowledge(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`data/knowledge.toml`: fatos, ligações e comandos."""

    links: dict[str, str]
    topics: tuple[Topic, ...]
    commands: tuple[Command, ...]


TEXTS = load_toml(PACKAGE, "texts.toml", Texts)
KNOWLEDGE = load_toml(PACKAGE, "knowledge.toml", Knowledge)
COMMANDS: Mapping[str, str] = {c.command: c.text for c in KNOWLEDGE.commands}
TOPICS: Mapping[str, str] = {t.name: t.text for t in KNOWLEDGE.topics}
OPTIONS: tuple[Option, ...] = (
    *(structs.replace(flow.option, intent=flow.intent) for flow in SUBJECTS.values()),
    *TEXTS.options,
)
"""A lista de assuntos, na ordem em que aparece; por último, os gestos."""
OPTION_ROWS = tuple(Choice(id=o.id, title=o.title, description=o.description) for o in OPTIONS)
check_placeholders("texts.toml", {**TEXTS.phrases(), **TEXTS.qualification, **TEXTS.reasons})
check_placeholders("knowledge.toml", {**COMMANDS, **TOPICS})


def clip(text: str, limit: int) -> str:
    """Corta `text` em `limit` caracteres, com reticências."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + ELLIPSIS


def join(parts: Iterable[str]) -> str:
    """Junta as partes não vazias em parágrafos, dentro do limite de uma resposta.

    O que não cabe sai do parágrafo mais longo: o que a pessoa escreveu cede lugar ao aviso e à pergunta.
    """
    paragraphs = [piece for part in parts for piece in part.split(PARAGRAPH) if piece.strip()]
    while (excess := len(PARAGRAPH.join(paragraphs)) - MAX_REPLY_CHARS) > 0:
        longest = max(range(len(paragraphs)), key=lambda i: len(paragraphs[i]))
        size = len(paragraphs[longest])
        if size < 2 * MIN_PARAGRAPH:
            break
        paragraphs[longest] = clip(paragraphs[longest], max(size - excess, MIN_PARAGRAPH))
    return clip(PARAGRAPH.join(paragraphs), MAX_REPLY_CHARS)


def topic_text(name: str) -> str:
    """Resposta do tema `name`; um tema desconhecido recebe o geral (o último do arquivo)."""
    return TOPICS.get(name, KNOWLEDGE.topics[-1].text)


def options_reply(*parts: str) -> Reply:
    """A lista de assuntos, precedida de `parts`."""
    return Reply(kind="list", text=join(parts), choices=OPTION_ROWS, button=TEXTS.options_button)


def with_notice(reply: Reply) -> Reply:
    """A mesma resposta, precedida do aviso de privacidade (primeiro contato)."""
    plain = join((TEXTS.privacy_notice, reply.plain)) if reply.plain else ""
    return structs.replace(reply, text=join((TEXTS.privacy_notice, reply.text)), plain=plain)
