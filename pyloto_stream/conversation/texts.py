"""O que o atendimento diz? Frases, opções, temas e comandos fixos, todos vindos de `data/`.

Promete que toda frase existe (uma chave ausente falha ao importar) e que nenhuma resposta passa dos limites
de `reply.py`. Não conhece sessões nem intenções em andamento.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated

import msgspec
from msgspec import structs

from pyloto_stream.conversation.data_files import load_toml
from pyloto_stream.conversation.flow_checks import check_options, check_placeholders
from pyloto_stream.conversation.flow_files import PACKAGE, SUBJECTS, Option, Text
from pyloto_stream.conversation.reply import MAX_REPLY_CHARS, Choice, Reply

ELLIPSIS = "…"
PARAGRAPH = "\n\n"
MIN_PARAGRAPH = 40
"""Nenhum parágrafo é cortado abaixo disto."""


ButtonLabel = Annotated[str, msgspec.Meta(max_length=20, pattern=r"\S")]
Told = Annotated[str, msgspec.Meta(pattern=r"\S")]
"""Como `Text`, sem limite: o que não cabe numa resposta se corta (`join`)."""


class LeadWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Os motivos do nível de um lead, em palavras que um atendente entende (`qualification.py`)."""

    commercial: Text
    not_commercial: Text
    complete: Text
    missing_one: Text
    missing_many: Text
    urgent: Text
    decider: Text
    decides_alone: Text


class Texts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`data/texts.toml`: um campo por frase; o que vai entre chaves é preenchido por quem usa."""

    privacy_version: Text
    privacy_notice: Text
    welcome: Text
    options_again: Text
    options_menu: Text
    options_ask: Text
    options_button: ButtonLabel
    handoff: Text
    handoff_empty: Text
    handoff_partial: Text
    handoff_stuck: Text
    followup_limit: Text
    followup_timeout: Text
    cancelled: Text
    goodbye: Text
    declined: Text
    data_request: Text
    unsupported: Text
    failed: Text
    flood: Text
    continue_question: Text
    continue_yes: ButtonLabel
    continue_no: ButtonLabel
    finished_one: Text
    queued: Text
    corrected: Text
    noted_refusal: Text
    went_back: Text
    stale_choice: Text
    again_unsupported: Text
    audio: Text
    audio_long: Text
    media: Text
    location: Text
    contacts: Text
    call: Text
    media_failed: Text
    form_offer: Text
    form_button: ButtonLabel
    form_unread: Text
    form_expired: Text
    reasons: dict[str, Text]
    qualification: LeadWords
    options: tuple[Option, ...]

    def phrases(self) -> dict[str, str]:
        """As frases avulsas, por nome."""
        return {name: text for name, text in structs.asdict(self).items() if isinstance(text, str)}


class Topic(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Um tema sobre a Pyloto: `words` o reconhecem, `text` responde."""

    name: str
    text: Told
    words: tuple[str, ...] = ()


class Command(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Um comando fixo (menu de comandos ou quebra-gelo do WhatsApp)."""

    command: str
    text: Told


class Knowledge(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`data/knowledge.toml`: fatos, ligações e comandos."""

    links: dict[str, Text]
    topics: Annotated[tuple[Topic, ...], msgspec.Meta(min_length=1)]
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
check_placeholders("texts.toml", {**TEXTS.phrases(), **structs.asdict(TEXTS.qualification), **TEXTS.reasons})
check_placeholders("knowledge.toml", {**COMMANDS, **TOPICS})
check_options("texts.toml", TEXTS.options, OPTIONS)


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
