"""Como se diz a uma pessoa o que houve numa conversa? As palavras de `export_words.toml`, e o que as protege.

Promete: nada do que alguém escreveu muda a forma do arquivo: nem controles, nem direção da escrita, nem
Markdown ou HTML. Puro.
"""

import re
import tomllib
from collections.abc import Mapping
from datetime import datetime
from importlib.resources import files

from pyloto_stream.conversation.records import OPERATOR
from pyloto_stream.records.export_content import MessageEntry

WORDS: Mapping[str, Mapping[str, str]] = tomllib.loads(
    files("pyloto_stream.records").joinpath("export_words.toml").read_text(encoding="utf-8")
)
LABELS = WORDS["labels"]
_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
"""O que um terminal ou um leitor obedeceria: controles, fins de linha estranhos, direção da escrita."""
_MARKUP = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>&~$:@])")


def said(entry: MessageEntry) -> list[str]:
    """O que a mensagem diz, em partes: o que é, se não é texto; o texto; o que houve com ele."""
    parts = list[str]()
    if entry.type != "text":
        parts.append(f"[{WORDS['kinds'].get(entry.type, entry.type)}]")
    if entry.refers_to:
        parts.append(f"({LABELS['refers'].format(id=entry.refers_to)})")
    if entry.text:
        parts.append(entry.text)
    if entry.cut:
        parts.append(LABELS["cut"])
    if entry.media:
        parts.append(LABELS["media"].format(media=entry.media))
    if entry.media_lost:
        parts.append(LABELS["no_media"])
    if entry.revoked_at:
        parts.append(LABELS["revoked"].format(at=clock(entry.revoked_at)))
    return parts or [""]


def delivery(entry: MessageEntry) -> str:
    """O estado da entrega; vazio se não se sabe de nenhum."""
    if entry.status == "failed" and entry.error_code:
        return LABELS["failed"].format(code=entry.error_code)
    return WORDS["delivery"].get(entry.status, entry.status)


def actor(name: str) -> str:
    """Quem fez."""
    return WORDS["actors"].get(name, name.removeprefix(OPERATOR))


def clock(text: str) -> str:
    """O instante como se escreve no Brasil."""
    return f"{datetime.fromisoformat(text):%d/%m/%Y %H:%M:%S}" if text else ""


def safe(text: str) -> str:
    """`text` sem o que um terminal ou leitor obedeceria; as quebras de linha ficam."""
    return _OBEYED.sub("\ufffd", text)


def escaped(text: str) -> str:
    """`text` como aparece num Markdown, sem virar forma."""
    return _MARKUP.sub(r"\\\1", safe(text))
