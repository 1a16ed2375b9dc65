"""De onde, no corpo, veio um trecho? A moldura em volta dele, e a leitura de um nível sem levantar nada."""

from typing import TypeVar

from msgspec import DecodeError, Raw, Struct, ValidationError
from msgspec.json import Decoder

from pyloto_stream.whatsapp import webhook_envelope as envelope
from pyloto_stream.whatsapp.webhook_batch import Batch, Part
from pyloto_stream.whatsapp.webhook_reasons import Reason

_MAX_CONTEXT = 1024
"""Bytes de cada trecho vizinho repetido em torno de uma parte ilegível; maior, fica de fora."""

_T = TypeVar("_T", bound=Struct | list[Raw])


class Frame(Struct, frozen=True):
    """O envelope em volta do nível que está sendo lido, e o que dele identifica um trecho (ver `Part`).

    `account_id` e `time` são `entry.id` e `entry.time`, como texto; vazios se não vieram.
    """

    before: bytes = b""
    after: bytes = b""
    scope: bytes = b""
    account_id: str = ""
    time: str = ""

    def inside(self, before: bytes, after: bytes = b"", *, scope: bytes | None = None) -> "Frame":
        """A moldura de um nível mais fundo."""
        scope = self.scope if scope is None else scope
        return Frame(self.before + before, after + self.after, scope, self.account_id, self.time)

    def part(self, reason: Reason, raw: Raw) -> Part:
        """O trecho `raw` deste nível, que não se leu por `reason`."""
        return Part(reason, bytes(raw), self.before, self.after, self.scope)


def decode(decoder: Decoder[_T], raw: bytes) -> tuple[_T | None, Reason]:
    """O valor, ou `None` e o motivo (que nada diz quando há valor)."""
    try:
        return decoder.decode(raw), "wrong_shape"
    except (ValueError, RecursionError) as error:
        flaw = flaw_of(error)
        # a sintaxe de um pedaço já foi conferida com o todo: só um pedaço ausente não é JSON
        return None, "wrong_shape" if flaw == "not_json" and isinstance(raw, Raw) else flaw


def flaw_of(error: Exception) -> Reason:
    """O motivo que um erro de leitura diz."""
    match error:
        case RecursionError():
            return "too_deep"
        case UnicodeDecodeError():
            return "bad_utf8"
        case DecodeError() if not isinstance(error, ValidationError):
            return "not_json"
    return "wrong_shape"


def elements(batch: Batch, name: str, raw: Raw, frame: Frame) -> list[Raw]:
    """Os itens da lista `name` do nível de `frame`; o que não é lista fica de lado, inteiro."""
    if not present(raw):
        return []
    items, reason = decode(envelope.raw_list, raw)
    if items is None:
        batch.unreadable.append(frame.inside(b'"%s":' % name.encode()).part(reason, raw))
    return items or []


def present(raw: Raw) -> bool:
    """Há algo além de ausência, `null` ou lista vazia?"""
    return bytes(raw) not in (b"", b"null", b"[]")


def scalar(raw: Raw) -> str | int | float | None:
    """Um id ou um instante; `None` se é outra coisa."""
    try:
        return envelope.scalar.decode(raw)
    except (ValueError, RecursionError):
        return None


def repeat(name: bytes, raw: Raw) -> bytes:
    """A chave vizinha `name`, para o envelope de uma parte; vazia se ausente ou grande demais."""
    size = len(memoryview(raw))
    return b'"%s":%s,' % (name, bytes(raw)) if 0 < size <= _MAX_CONTEXT else b""
