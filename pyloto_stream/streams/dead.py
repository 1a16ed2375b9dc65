"""O que é um morto? O registro de um token (ou webhook) que não pôde ser tratado, e como se pede um.

Promete: nenhum registro, por estranho que seja, impede de ver os outros; o que falta nele fica vazio.
Limite: o instante de um morto emendado é o da última emenda, pois ela lhe deu um id novo.
"""

import re
from functools import cached_property
from typing import TypeVar

import msgspec

from pyloto_stream.streams.lease import MAX_HISTORY
from pyloto_stream.streams.model import Setback

INGRESS = "ingress"
"""A etapa dos webhooks que ninguém soube ler."""

T = TypeVar("T")

_ID = re.compile(r"([0-9]{1,4})\.([a-z][a-z0-9_.-]{0,63})\.([0-9]{1,16})-([0-9]{1,20})", re.ASCII)
MAX_SEQ = 2**64 - 1
_history = msgspec.json.Decoder(tuple[Setback, ...])
_list = msgspec.json.Decoder(list[msgspec.Raw])


class LetterId(msgspec.Struct, frozen=True, order=True):
    """Nome de um morto; escreve-se `3.ai.1763999999999-0`. A ordem dos nomes é a do tempo."""

    at_ms: int
    seq: int
    partition: int
    stage: str

    @classmethod
    def parse(cls, text: str) -> "LetterId":
        """Lê um nome escrito.

        Raises:
            ValueError: não tem essa forma.
        """
        found = _ID.fullmatch(text)
        if found is None or int(found[4]) > MAX_SEQ:
            raise ValueError("a dead letter's id looks like 3.ai.1763999999999-0")
        return cls(int(found[3]), int(found[4]), int(found[1]), found[2])

    @property
    def entry(self) -> str:
        """Id da entrada no stream."""
        return f"{self.at_ms}-{self.seq}"

    def __str__(self) -> str:
        """A forma escrita."""
        return f"{self.partition}.{self.stage}.{self.entry}"


class Edit(msgspec.Struct, frozen=True):
    """Uma emenda: quem, por quê, quando (ms Unix)."""

    by: str
    why: str
    at_ms: int


_edits = msgspec.json.Decoder(tuple[Edit, ...])


class DeadLetter(msgspec.Struct, frozen=True, dict=True):
    """Um morto. `fields` são os campos crus da entrada, menos os que quem leu dispensou."""

    id: LetterId
    fields: dict[str, bytes]

    @classmethod
    def of(cls, partition: int, stage: str, row: list[object]) -> "DeadLetter":
        """Morto a partir de `[id, [campo, valor, ...]]`. De um campo repetido vale o primeiro: o da causa."""
        entry, flat = row
        assert isinstance(entry, bytes)  # noqa: S101 — forma da resposta do servidor
        assert isinstance(flat, list)  # noqa: S101
        at_ms, _, seq = entry.decode().partition("-")
        fields: dict[str, bytes] = {}
        for name, value in zip(flat[::2], flat[1::2], strict=True):
            fields.setdefault(name.decode("utf-8", "replace"), value)
        return cls(LetterId(int(at_ms), int(seq), partition, stage), fields)

    def text(self, name: str) -> str:
        """O campo `name` como texto; vazio se não há."""
        return self.fields.get(name, b"").decode("utf-8", "replace")

    def number(self, name: str) -> int:
        """O campo `name` como número; 0 se não é."""
        text = self.text(name)
        return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0

    @property
    def code(self) -> str:
        """Por que morreu."""
        return self.text("code")

    @property
    def message(self) -> str:
        """O mesmo em palavras, sem dado pessoal."""
        return self.text("message")

    @property
    def lane(self) -> str:
        """Faixa do token; vazia se não é um."""
        return self.text("l")

    @property
    def conversation(self) -> str:
        """Conversa do token; vazia se não é um."""
        return self.text("c")

    @cached_property
    def history(self) -> tuple[Setback, ...]:
        """As últimas falhas, da mais antiga à mais nova."""
        return _decoded(_history, self.fields.get("history"))[-MAX_HISTORY:]

    @cached_property
    def edits(self) -> tuple[Edit, ...]:
        """As emendas, da mais antiga à mais nova."""
        return _decoded(_edits, self.fields.get("edits"))

    @cached_property
    def events(self) -> tuple[bytes, ...] | None:
        """Os eventos do token, cada um como veio; `None` se não são um vetor JSON."""
        try:
            return tuple(bytes(event) for event in _list.decode(self.fields["e"]))
        except (KeyError, msgspec.MsgspecError, RecursionError):
            return None


class Search(msgspec.Struct, frozen=True):
    """Que mortos se pedem: os que satisfazem tudo o que se diz aqui; o que está vazio não exclui nada.

    `since_ms` e `until_ms` (ms Unix, inclusive). `text`: parte da causa ou de uma falha passada, sem
    distinguir maiúsculas; nunca se procura no que a pessoa disse.
    """

    stages: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    since_ms: int = 0
    until_ms: int | None = None
    conversation: str = ""
    text: str = ""

    def accepts(self, letter: DeadLetter) -> bool:
        """O morto satisfaz o pedido?"""
        at_ms = letter.id.at_ms
        return (
            (not self.stages or letter.id.stage in self.stages)
            and (not self.codes or letter.code in self.codes)
            and self.since_ms <= at_ms
            and (self.until_ms is None or at_ms <= self.until_ms)
            and (not self.conversation or letter.conversation == self.conversation)
            and (not self.text or self.text.casefold() in _words(letter).casefold())
        )


def _words(letter: DeadLetter) -> str:
    past = (word for setback in letter.history for word in (setback.code, setback.message))
    return "\n".join((letter.code, letter.message, *past))


def _decoded(decoder: "msgspec.json.Decoder[tuple[T, ...]]", raw: bytes | None) -> tuple[T, ...]:
    try:
        return decoder.decode(raw) if raw else ()
    except msgspec.MsgspecError:
        return ()
