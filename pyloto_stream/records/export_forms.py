"""Que forma tem uma conversa exportada? A porta das formas, pedaço por pedaço, e a que um programa lê, JSON.

Promete: o JSON, lido inteiro, é um documento válido, com os nomes dos campos. Puro. As formas que uma pessoa
lê estão em `export_readable.py`.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

import msgspec

from pyloto_stream.records.export_content import EventEntry, MessageEntry
from pyloto_stream.records.export_sessions import HandoffEntry, SessionEntry
from pyloto_stream.records.export_words import LABELS as _L
from pyloto_stream.records.export_words import delivery


class About(msgspec.Struct, frozen=True):
    """De que exportação se trata; `made_at` na hora de São Paulo."""

    id: str
    user_key: str
    made_at: str
    requested_by: str
    include_pii: bool


Part = Literal["messages", "sessions", "handoffs", "audit"]
Profile = Sequence[tuple[str, str]]
"""O perfil em pares (nome, valor), já mascarado se for o caso."""


class Form(Protocol):
    """Uma forma. `number` conta a partir de 0 dentro de cada parte."""

    content_type: str

    def opening(self, about: About, profile: Profile | None) -> str:
        """Até o fim do perfil; `profile` `None`: não há."""

    def message(self, entry: MessageEntry, number: int) -> str:
        """Uma mensagem."""

    def begin(self, part: Part) -> str:
        """O começo de uma parte."""

    def end(self, count: int) -> str:
        """O fim dela; `count`: quanto havia."""

    def detail(self, entry: SessionEntry | HandoffEntry, number: int) -> str:
        """Uma sessão, ou uma entrega."""

    def event(self, entry: EventEntry, number: int) -> str:
        """Um fato da trilha."""

    def closing(self, counts: Mapping[str, int]) -> str:
        """O fim, com as contas: sem ele, o arquivo não está inteiro."""


class JsonForm(Form):
    """Um documento para programas."""

    content_type = "application/json"

    def opening(self, about: About, profile: Profile | None) -> str:
        """Ver a porta."""
        head = {**msgspec.to_builtins(about), "time_zone": _L["zone"]}
        person = dict(profile) if profile else None
        return f'{{"export": {_json(head)},\n"profile": {_json(person)}'

    def message(self, entry: MessageEntry, number: int) -> str:
        """O estado da entrega também em palavras."""
        fields = msgspec.to_builtins(entry)
        if entry.status:
            fields["status_words"] = delivery(entry)
        return f"{',' if number else ''}\n{_json(fields)}"

    def begin(self, part: Part) -> str:
        """Ver a porta."""
        return f',\n"{part}": ['

    def end(self, count: int) -> str:
        """Ver a porta."""
        del count
        return "\n]"

    def detail(self, entry: SessionEntry | HandoffEntry, number: int) -> str:
        """Ver a porta."""
        return f"{',' if number else ''}\n{_json(msgspec.to_builtins(entry))}"

    def event(self, entry: EventEntry, number: int) -> str:
        """Ver a porta."""
        return f"{',' if number else ''}\n{_json(msgspec.to_builtins(entry))}"

    def closing(self, counts: Mapping[str, int]) -> str:
        """Ver a porta."""
        return f',\n"end": {_json(counts)}}}\n'


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
