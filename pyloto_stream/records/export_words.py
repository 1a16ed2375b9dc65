"""Como se diz a uma pessoa o que houve numa conversa? As palavras de `export_words.toml`, e o que as protege.

Promete: nada do que alguém escreveu muda a forma do arquivo: nem controles, nem direção da escrita, nem
Markdown ou HTML. Puro.
"""

import re
import tomllib
from collections.abc import Mapping
from datetime import datetime
from importlib.resources import files

import msgspec

from pyloto_stream.conversation.records import OPERATOR
from pyloto_stream.records.export_content import MessageEntry
from pyloto_stream.records.export_sessions import HandoffEntry, SessionEntry
from pyloto_stream.stores.profile_document import FACTS

WORDS: Mapping[str, Mapping[str, str]] = tomllib.loads(
    files("pyloto_stream.records").joinpath("export_words.toml").read_text(encoding="utf-8")
)
LABELS = WORDS["labels"]
UNKNOWN = "unknown"
"""Uma pergunta que a pessoa não quis responder."""
_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
"""O que um terminal ou um leitor obedeceria: controles, fins de linha estranhos, direção da escrita."""
_MARKUP = re.compile(
    r"""([\\`*\[\]|<~]
    |(?<![^\W_])_|_(?![^\W_])       # no meio de uma palavra não é ênfase
    |&(?=\#?\w+;)
    |\$(?=\S)                      # uma fórmula não começa por espaço: "R$ 500"
    |@(?=\w)|(?<=www)\.            # um endereço que viraria link
    |(?!(?<=\d):\d\d(?!\d)):(?=\S))   # mas não o de uma hora""",
    re.VERBOSE | re.IGNORECASE,
)
"""O que Markdown leria no meio de uma linha, e o que só algumas extensões leem (`www.`, `:nome:`, `@`)."""
_OPENS = re.compile(r"^([ \t]*)(?:([#>+=-])|(\d{1,9})([.)])(?=\s|$))", re.MULTILINE)
"""O que só no começo de uma linha abre título, lista, citação ou régua."""
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
_CODED = frozenset({
    "is_business", "qualification", "qualification_level", "intents", "intents_detected", "resolved_intents",
    "open_intents", "intent_primary", "outcome", "status", "role",
})  # fmt: skip
"""Campos que só levam códigos."""


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


def told(name: str, value: object) -> tuple[str, str]:
    """Um campo e o valor dele (texto, lista ou número) em palavras; uma resposta colhida vem com `FACTS`."""
    parts = [str(part) for part in value] if isinstance(value, list | tuple) else [str(value)]
    if name.startswith(FACTS):
        field = name.removeprefix(FACTS)
        coded = field in _CODED or parts == [UNKNOWN]
        return WORDS["answers"].get(field, field), ", ".join(_word(p) if coded else p for p in parts)
    if name.endswith("_at"):
        parts = [clock(part) for part in parts]
    elif name in _CODED:
        parts = [_word(code) for part in parts for code in part.split(", ")]
    elif name == "unopenable":
        parts = [told(field, "")[0] for part in parts for field in part.split(", ")]
    return WORDS["fields"].get(name, name), ", ".join(parts)


def details(entry: SessionEntry | HandoffEntry) -> list[tuple[str, str]]:
    """Tudo o que há numa sessão ou numa entrega, em palavras."""
    pairs = list[tuple[str, str]]()
    for name, value in msgspec.to_builtins(entry).items():
        if isinstance(value, dict):
            pairs += [told(f"{FACTS}{field}", answer) for field, answer in value.items()]
        else:
            pairs.append(told(name, value))
    return pairs


def line(text: str) -> str:
    """`text` seguro e numa linha só, para o que não pode parecer outra parte do arquivo."""
    return " / ".join(part.strip() for part in safe(text).split("\n") if part.strip())


def escaped(text: str) -> str:
    """`text` como aparece num Markdown, sem virar forma."""
    marked = _OPENS.sub(_shielded, _MARKUP.sub(r"\\\1", safe(text)))
    return _INDENT.sub(lambda found: "\u00a0" * len(found[0]), marked)  # recuado, seria um bloco de código


def _shielded(found: re.Match[str]) -> str:
    indent, mark, number, stop = found.groups()
    return f"{indent}\\{mark}" if mark else f"{indent}{number}\\{stop}"


def _word(code: str) -> str:
    return WORDS["codes"].get(code, code)
