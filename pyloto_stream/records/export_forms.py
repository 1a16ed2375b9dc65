"""Como uma conversa exportada se lê? Texto, Markdown ou JSON, pedaço por pedaço, sem juntá-la na memória.

Promete: o que a pessoa escreveu não muda a forma do arquivo, e o JSON, lido inteiro, é um documento válido.
Puro. Limite: Markdown é para ler formatado; para um programa, JSON.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from pyloto_stream.records.export_content import EventEntry, MessageEntry
from pyloto_stream.records.export_words import LABELS as _L
from pyloto_stream.records.export_words import actor, clock, delivery, escaped, safe, said
from pyloto_stream.stores.exports import Format


class About(msgspec.Struct, frozen=True):
    """De que exportação se trata; `made_at` na hora de São Paulo."""

    id: str
    user_key: str
    made_at: str
    requested_by: str
    include_pii: bool


Profile = Sequence[tuple[str, str]]
"""O perfil em pares (nome, valor), já mascarado se for o caso."""


class Form(Protocol):
    """Uma forma. `number` conta a partir de 0 dentro de cada parte."""

    content_type: str

    def opening(self, about: About, profile: Profile | None) -> str:
        """Até o começo das mensagens; `profile` `None`: não há."""

    def message(self, entry: MessageEntry, number: int) -> str:
        """Uma mensagem."""

    def between(self) -> str:
        """Entre as mensagens e a trilha."""

    def event(self, entry: EventEntry, number: int) -> str:
        """Um fato da trilha."""

    def closing(self, messages: int, events: int) -> str:
        """O fim, com as contas: sem ele, o arquivo não está inteiro."""


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
        lines += (
            [f"{safe(name)}: {safe(value)}" for name, value in profile] if profile else [_L["no_profile"]]
        )
        return "\n".join([*lines, "", _heading("messages"), ""])

    def message(self, entry: MessageEntry, number: int) -> str:
        """Uma linha com quem, quando e o quê; as outras linhas do texto vão recuadas."""
        del number
        head = f"[{clock(entry.at)}] {actor(entry.actor)}"
        first, *rest = "  ".join(said(entry)).split("\n")
        body = "\n".join([f"{head}: {safe(first)}", *(f"    {safe(line)}" for line in rest)])
        return f"{body}{_tail(entry)}\n"

    def between(self) -> str:
        """Ver a porta."""
        return f"\n{_heading('audit')}\n"

    def event(self, entry: EventEntry, number: int) -> str:
        """Ver a porta."""
        del number
        parts = [entry.action, safe(entry.reason), *(f"{n}={v}" for n, v in entry.data.items())]
        told = " ".join(safe(part) for part in parts if part)
        return f"{entry.seq} [{clock(entry.at)}] {actor(entry.actor)}: {told} ({entry.hash})\n"

    def closing(self, messages: int, events: int) -> str:
        """Ver a porta."""
        return f"\n{_heading('end')}\n{_L['counts'].format(messages=messages, events=events)}\n"


class MarkdownForm(Form):
    """Markdown para ler formatado."""

    content_type = "text/markdown; charset=utf-8"

    def opening(self, about: About, profile: Profile | None) -> str:
        """Ver a porta."""
        lines = [f"# {_L['title']}", "", *(f"- **{name}**: {escaped(v)}" for name, v in _about(about))]
        lines += ["", f"## {_L['profile']}", ""]
        told = (
            [f"- **{escaped(name)}**: {escaped(v)}" for name, v in profile] if profile else [_L["no_profile"]]
        )
        return "\n".join([*lines, *told, "", f"## {_L['messages']}", "", ""])

    def message(self, entry: MessageEntry, number: int) -> str:
        """Um parágrafo, com o que se disse em citação."""
        del number
        lines = "\n".join(said(entry)).split("\n")
        quoted = "\n".join(f"> {escaped(line)}  " for line in lines)
        return f"**{actor(entry.actor)}**, {escaped(clock(entry.at))}{escaped(_tail(entry))}\n\n{quoted}\n\n"

    def between(self) -> str:
        """Ver a porta."""
        return f"## {_L['audit']}\n\n| # | {_L['times']} | | | | hash |\n|---|---|---|---|---|---|\n"

    def event(self, entry: EventEntry, number: int) -> str:
        """Ver a porta."""
        del number
        data = " ".join(f"{name}={value}" for name, value in entry.data.items())
        cells = (str(entry.seq), clock(entry.at), actor(entry.actor), entry.action,
                 f"{entry.reason} {data}".strip(), entry.hash)  # fmt: skip
        return f"| {' | '.join(escaped(cell).replace(chr(10), ' ') for cell in cells)} |\n"

    def closing(self, messages: int, events: int) -> str:
        """Ver a porta."""
        return f"\n## {_L['end']}\n\n{_L['counts'].format(messages=messages, events=events)}\n"


class JsonForm(Form):
    """Um documento para programas."""

    content_type = "application/json"

    def opening(self, about: About, profile: Profile | None) -> str:
        """Ver a porta."""
        head = {**msgspec.to_builtins(about), "time_zone": _L["zone"]}
        person = dict(profile) if profile else None
        return f'{{"export": {_json(head)},\n"profile": {_json(person)},\n"messages": ['

    def message(self, entry: MessageEntry, number: int) -> str:
        """O estado da entrega também em palavras."""
        fields = msgspec.to_builtins(entry)
        if entry.status:
            fields["status_words"] = delivery(entry)
        return f"{',' if number else ''}\n{_json(fields)}"

    def between(self) -> str:
        """Ver a porta."""
        return '\n],\n"audit": ['

    def event(self, entry: EventEntry, number: int) -> str:
        """Ver a porta."""
        return f"{',' if number else ''}\n{_json(msgspec.to_builtins(entry))}"

    def closing(self, messages: int, events: int) -> str:
        """Ver a porta."""
        return f'\n],\n"end": {_json({"messages": messages, "events": events})}}}\n'


def _about(about: About) -> list[tuple[str, str]]:
    return [
        (_L["made_at"], clock(about.made_at)),
        (_L["by"], about.requested_by),
        (_L["conversation"], about.user_key),
        (_L["times"], _L["zone"]),
        (_L["scope"], _L["full" if about.include_pii else "masked"]),
    ]


def _heading(name: str) -> str:
    return f"== {_L[name]} =="


def _tail(entry: MessageEntry) -> str:
    told = delivery(entry)
    return f" ({told})" if told else ""


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


FORMS: Mapping[Format, Form] = {"txt": TextForm(), "md": MarkdownForm(), "json": JsonForm()}
