"""O que diz o corpo de uma resposta da Graph API? O id, o sucesso ou o erro, cada um lido à parte.

Promete: nunca falha; um campo de outra forma não esconde o código, nem o id, ao lado; o que não é o JSON
da Graph (HTML, vazio, outra forma) vale como nada. Pura.
"""

import re
from typing import Annotated, NamedTuple, TypeVar

import msgspec

_T = TypeVar("_T")
_TRACE = re.compile(r"[A-Za-z0-9_+/=-]{1,64}", re.ASCII)


class _Code(msgspec.Struct):
    code: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]


class _Transient(msgspec.Struct):
    is_transient: bool


class _Trace(msgspec.Struct):
    fbtrace_id: str


class _Id(msgspec.Struct):
    id: str


class Said(NamedTuple):
    """O que um corpo diz."""

    wamid: str = ""
    success: bool = False
    graph_code: int | None = None
    transient: bool = False
    fbtrace_id: str = ""


class _Body(msgspec.Struct):
    """Os campos que interessam, ainda por ler."""

    error: msgspec.Raw = msgspec.Raw()
    messages: msgspec.Raw = msgspec.Raw()
    success: msgspec.Raw = msgspec.Raw()


class _Plain(msgspec.Struct):
    """O sucesso como ele sempre vem; o que não tem esta forma se lê campo por campo."""

    error: msgspec.UnsetType = msgspec.UNSET
    messages: list[_Id] = []
    success: bool = False


_plain = msgspec.json.Decoder(_Plain)
_body_decoder = msgspec.json.Decoder(_Body)
_code = msgspec.json.Decoder(_Code, strict=False)
_transient = msgspec.json.Decoder(_Transient, strict=False)
_trace = msgspec.json.Decoder(_Trace, strict=False)
_messages = msgspec.json.Decoder(list[_Id], strict=False)
_success = msgspec.json.Decoder(bool, strict=False)


def said(body: bytes) -> Said:
    """Lê um corpo."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return Said()
    try:
        plain = _plain.decode(text)
    except (ValueError, RecursionError):
        return _said_in_parts(text)
    return Said(plain.messages[0].id if plain.messages else "", plain.success)


def _said_in_parts(text: str) -> Said:
    try:
        found = _body_decoder.decode(text)
    except (ValueError, RecursionError):
        return Said()
    code, trace = _read(_code, found.error), _read(_trace, found.error)
    transient, messages = _read(_transient, found.error), _read(_messages, found.messages)
    trace_id = trace.fbtrace_id if trace else ""
    return Said(
        wamid=messages[0].id if messages else "",
        success=_read(_success, found.success) is True,
        graph_code=code.code if code else None,
        transient=bool(transient and transient.is_transient),
        fbtrace_id=trace_id if _TRACE.fullmatch(trace_id) else "",
    )


def _read(decoder: msgspec.json.Decoder[_T], raw: msgspec.Raw) -> _T | None:
    try:
        return decoder.decode(raw)
    except (ValueError, RecursionError):
        return None
