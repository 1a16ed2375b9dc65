"""Como uma pessoa lê o que se exportou? Em texto, ou em Markdown, com palavras em vez de nomes de campos.

Promete: o que a pessoa escreveu não muda a forma do arquivo; todo instante tem a mesma forma. Puro. Limite:
Markdown é para ler formatado; para um programa, JSON (`export_forms.py`).
"""

from collections.abc import Mapping

from pyloto_stream.records.export_content import EventEntry, MessageEntry
from pyloto_stream.records.export_forms import About, Form, Part, Profile
from pyloto_stream.records.export_sessions import HandoffEntry, SessionEntry
from pyloto_stream.records.export_words import LABELS as _L
from pyloto_stream.records.export_words import (
    WORDS,
    actor,
    clock,
    delivery,
    details,
    escaped,
    line,
    safe,
    said,
    told,
)


class TextForm(Form):
    """Texto para ler."""

    content_type = "text/plain; charset=utf-8"

    def opening(self, about: About, profile: Profile | None) -> str:
        """Ver a porta."""
        lines = [
            _L["title"],
            "",
            *(f"{name}: {value}" for name, value in _about(about)),
            "",
            _heading("profile"),
        ]
        lines += [_pair(*told(name, value)) for name, value in profile] if profile else [_L["no_profile"]]
        return "\n".join([*lines, ""])

    def message(self, entry: MessageEntry, number: int) -> str:
        """Uma linha com quem, quando e o quê; as outras linhas do texto vão recuadas."""
        del number
        head = f"[{clock(entry.at)}] {actor(entry.actor)}"
        first, *rest = "  ".join(said(entry)).split("\n")
        body = "\n".join([f"{head}: {safe(first)}", *(f"    {safe(line)}" for line in rest)])
        return f"{body}{_tail(entry)}\n"

    def begin(self, part: Part) -> str:
        """Ver a porta."""
        return f"\n{_heading(part)}\n"

    def end(self, count: int) -> str:
        """Ver a porta."""
        return "" if count else f"{_L['empty']}\n"

    def detail(self, entry: SessionEntry | HandoffEntry, number: int) -> str:
        """Um parágrafo, numerado."""
        lines = [f"[{number + 1}]", *(_pair(*pair) for pair in details(entry))]
        return "\n".join([*([""] if number else []), *lines, ""])

    def event(self, entry: EventEntry, number: int) -> str:
        """Ver a porta."""
        del number
        parts = [entry.action, safe(entry.reason), *(f"{n}={v}" for n, v in entry.data.items())]
        what = " ".join(line(part) for part in parts if part)
        return f"{entry.seq} [{clock(entry.at)}] {actor(entry.actor)}: {what} ({entry.hash})\n"

    def closing(self, counts: Mapping[str, int]) -> str:
        """Ver a porta."""
        return f"\n{_heading('end')}\n{_L['counts'].format(**counts)}\n"


class MarkdownForm(Form):
    """Markdown para ler formatado."""

    content_type = "text/markdown; charset=utf-8"

    def opening(self, about: About, profile: Profile | None) -> str:
        """Ver a porta."""
        lines = [f"# {_L['title']}", "", *(_item(*pair) for pair in _about(about))]
        lines += ["", f"## {_L['profile']}", ""]
        lines += [_item(*told(name, v)) for name, v in profile] if profile else [_L["no_profile"]]
        return "\n".join([*lines, "", ""])

    def message(self, entry: MessageEntry, number: int) -> str:
        """Um parágrafo, com o que se disse em citação."""
        del number
        lines = "\n".join(said(entry)).split("\n")
        quoted = "\n".join(f"> {escaped(line)}  " for line in lines)
        return f"**{actor(entry.actor)}**, {escaped(clock(entry.at))}{escaped(_tail(entry))}\n\n{quoted}\n\n"

    def begin(self, part: Part) -> str:
        """O da trilha traz o cabeçalho da tabela."""
        columns = WORDS["columns"].values() if part == "audit" else ()
        table = f"| {' | '.join(columns)} |\n{'|---' * len(columns)}|\n" if columns else ""
        return f"## {_L[part]}\n\n{table}"

    def end(self, count: int) -> str:
        """Ver a porta."""
        return "" if count else f"{_L['empty']}\n\n"

    def detail(self, entry: SessionEntry | HandoffEntry, number: int) -> str:
        """Uma lista sob um título numerado."""
        return "\n".join([f"### {number + 1}", "", *(_item(*pair) for pair in details(entry)), "", ""])

    def event(self, entry: EventEntry, number: int) -> str:
        """Ver a porta."""
        del number
        data = " ".join(f"{name}={value}" for name, value in entry.data.items())
        cells = (str(entry.seq), clock(entry.at), actor(entry.actor), entry.action,
                 f"{entry.reason} {data}".strip(), entry.hash)  # fmt: skip
        return f"| {' | '.join(escaped(line(cell)) for cell in cells)} |\n"

    def closing(self, counts: Mapping[str, int]) -> str:
        """Ver a porta."""
        return f"\n## {_L['end']}\n\n{_L['counts'].format(**counts)}\n"


def _about(about: About) -> list[tuple[str, str]]:
    return [
        (_L["made_at"], clock(about.made_at)),
        (_L["by"], about.requested_by),
        (_L["conversation"], about.user_key),
        (_L["times"], _L["zone"]),
        (_L["scope"], _L["full" if about.include_pii else "masked"]),
    ]


def _pair(name: str, value: str) -> str:
    return f"{line(name)}: {line(value)}"


def _item(name: str, value: str) -> str:
    return f"- **{escaped(line(name))}**: {escaped(line(value))}"


def _heading(name: str) -> str:
    return f"== {_L[name]} =="


def _tail(entry: MessageEntry) -> str:
    told = delivery(entry)
    return f" ({told})" if told else ""
