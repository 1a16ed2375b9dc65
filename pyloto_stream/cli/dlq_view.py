"""Como se mostra um morto? Uma linha, ou tudo; para pessoas e para programas. O conteúdo, só se pedido.

Promete: sem `content`, nada do que a pessoa disse aparece: só códigos, instantes, tamanhos e tipos.
Tudo o que veio de fora aparece como JSON, que não leva caracteres de controle ao terminal.
"""

import shutil
import sys
from base64 import b64encode
from collections.abc import Iterable

import msgspec

from consumers.letters import kinds
from pyloto_stream.cli.runtime import span
from pyloto_stream.stores.times import iso
from pyloto_stream.streams.dead import DeadLetter

CONTENT_FIELDS = {"e": "events", "original": "original", "s": "state", "p": "payload", "body": "body"}
_TOLD = frozenset((
    "at", "entry", "code", "message", "attempts", "deaths", "history", "version", "edits", "l", "c", "n", "m",
    "f", "z", "h", "v",
))  # fmt: skip
NARROW = 120
"""Colunas de terminal abaixo das quais a causa fica numa só."""


class Group(msgspec.Struct):
    """Os mortos de uma etapa com o mesmo código. `attempts` e `deaths`: o que já tinham sofrido, somado."""

    stage: str
    code: str
    letters: int = 0
    attempts: int = 0
    deaths: int = 0
    oldest_ms: int = 0
    newest_ms: int = 0


def when(at_ms: int) -> str:
    """Instante ISO; o próprio número, se não é um instante."""
    try:
        return iso(at_ms)
    except OverflowError:
        return str(at_ms)


def age(at_ms: int, now_ms: int) -> str:
    """Há quanto tempo."""
    return span(max(0, now_ms - at_ms) / 1000)


def summary(letter: DeadLetter) -> dict[str, object]:
    """Um morto numa linha, para programas."""
    return {
        "id": str(letter.id),
        "at": when(letter.id.at_ms),
        "partition": letter.id.partition,
        "stage": letter.id.stage,
        "code": letter.code,
        "message": letter.message,
        "attempts": letter.number("attempts"),
        "deaths": letter.number("deaths"),
        "events": len(letter.events or ()),
        "lane": letter.lane,
        "conversation": letter.conversation,
        "turn": letter.number("n"),
        "version": letter.text("version"),
        "edits": len(letter.edits),
    }


def whole(letter: DeadLetter, *, content: bool) -> dict[str, object]:
    """Tudo de um morto, para programas; `content`: também o que a pessoa disse."""
    document = summary(letter) | {
        "buried_at": when(letter.number("at")),
        "entry": letter.text("entry"),
        "mode": letter.text("m"),
        "snoozes": letter.number("z"),
        "token_version": letter.text("v"),
        "history": [
            {"at": when(past.at_ms), "code": past.code, "message": past.message} for past in letter.history
        ],
        "kinds": kinds(letter),
        "edited": [{"at": when(e.at_ms), "by": e.by, "why": e.why} for e in letter.edits],
        "bytes": {name: len(letter.fields[f]) for f, name in CONTENT_FIELDS.items() if f in letter.fields},
        "fields": sorted(letter.fields),
    }
    if content:
        shown = [
            (CONTENT_FIELDS.get(f, f), raw) for f, raw in letter.fields.items() if f not in _TOLD and raw
        ]
        document["content"] = {name: _value(raw) for name, raw in shown}
    return document


def list_rows(letters: Iterable[DeadLetter], now_ms: int) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Cabeçalho e linhas de `list`, na largura que há."""
    narrow = sys.stdout.isatty() and shutil.get_terminal_size().columns < NARROW
    if narrow:
        return ("id", "age", "tries", "died", "events", "cause"), [
            _narrow(letter, now_ms) for letter in letters
        ]
    headers = ("id", "age", "stage", "code", "attempts", "deaths", "events", "message")
    return headers, [
        (
            str(letter.id), age(letter.id.at_ms, now_ms), letter.id.stage, letter.code,
            str(letter.number("attempts")), str(letter.number("deaths")), str(len(letter.events or ())),
            _line(letter.message),
        )
        for letter in letters
    ]  # fmt: skip


def group_documents(groups: Iterable[Group]) -> list[dict[str, object]]:
    """`stats` para programas."""
    return [
        {
            "stage": group.stage, "code": group.code, "letters": group.letters, "attempts": group.attempts,
            "deaths": group.deaths, "oldest": when(group.oldest_ms), "newest": when(group.newest_ms),
        }
        for group in groups
    ]  # fmt: skip


def group_rows(groups: Iterable[Group], now_ms: int) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Cabeçalho e linhas de `stats`."""
    headers = ("stage", "code", "letters", "attempts", "deaths", "oldest", "newest")
    return headers, [
        (
            group.stage, group.code, str(group.letters), str(group.attempts), str(group.deaths),
            age(group.oldest_ms, now_ms), age(group.newest_ms, now_ms),
        )
        for group in groups
    ]  # fmt: skip


def show_lines(document: dict[str, object]) -> list[str]:
    """O documento de `whole` em linhas para uma pessoa; o que o morto não tem não aparece."""
    d = msgspec.json.decode(msgspec.json.encode(document))
    pairs = [
        ("id", d["id"]),
        ("since", d["at"] if d["edited"] else ""),
        ("buried", d["buried_at"] + (f" by version {d['version']}" if d["version"] else "")),
        ("stage", d["stage"]),
        ("cause", _cause(d["code"], d["message"])),
        ("tried", f"{d['attempts']} failed attempts, {d['deaths']} dead workers, {d['snoozes']} snoozes"),
        (
            "of",
            f"turn {d['turn']} of {d['conversation']}, lane {d['lane']}" if d["conversation"] else "nobody",
        ),
        ("token", f"entry {d['entry']}, format {d['token_version']}, mode {d['mode'] or '-'}"),
        ("fields", ", ".join(d["fields"]) if not d["conversation"] else ""),
        ("bytes", ", ".join(f"{name} {size}" for name, size in d["bytes"].items())),
        ("events", ", ".join(f"{n}: {kind}" for n, kind in enumerate(d["kinds"]))),
    ]
    if not d["token_version"]:
        pairs = [(name, text) for name, text in pairs if name not in ("tried", "token")]
    pairs += [("failed", f"{past['at']} {_cause(past['code'], past['message'])}") for past in d["history"]]
    pairs += [("edited", f"{edit['at']} by {edit['by']}: {edit['why']}") for edit in d["edited"]]
    lines = [f"{name:<8}{_line(text)}" for name, text in pairs if text]
    for name, value in d.get("content", {}).items():
        shown = msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
        lines += ["", f"{name}:", shown]
    return lines


def _narrow(letter: DeadLetter, now_ms: int) -> tuple[str, ...]:
    counts = (letter.number("attempts"), letter.number("deaths"), len(letter.events or ()))
    cause = _line(_cause(letter.code, letter.message))
    return (str(letter.id), age(letter.id.at_ms, now_ms), *map(str, counts), cause)


def _cause(code: str, message: str) -> str:
    return f"{code}: {message}" if message else code


def _line(text: str) -> str:
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def _value(raw: bytes) -> object:
    """JSON como JSON, texto como texto, o resto em base64."""
    try:
        return msgspec.json.decode(raw)
    except (msgspec.MsgspecError, RecursionError):
        pass
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return {"base64": b64encode(raw).decode()}
