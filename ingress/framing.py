"""Onde acaba um pedido? Só se diz quando não há duas leituras: uma forma estrita, e o comprimento anunciado.

Promete: o que se diz aqui é o que o leitor do aiohttp, ou qualquer outro, faria dos mesmos bytes. É o que
deixa uma conexão voltar ao caminho curto: nada dela ficou naquele leitor. Na dúvida, `None`.
"""

import re

from ingress.middleware import CORRELATION_HEADER
from ingress.pieces import BLANK, MAX_HEAD
from pyloto_stream.whatsapp.signature import HEADER

_END = b"\r\n"
_FIRST = re.compile(rb"(?:GET|POST) /[!-~]*+ HTTP/1\.1")
_FIELD = re.compile(rb"([A-Za-z][A-Za-z0-9-]*+): ([!-~](?:[ -~]*[!-~])?)")
"""Linha a linha, cada uma em tempo linear. Repetições possessivas aninhadas o Python 3.11.2 lê mal."""
_LENGTH = re.compile(rb"[1-9][0-9]{0,6}")
_USUAL = frozenset((
    b"host", b"accept", b"accept-encoding", b"user-agent", b"content-type", b"content-length",
    HEADER.lower().encode(), CORRELATION_HEADER.lower().encode(), b"forwarded", b"x-forwarded-for",
    b"x-forwarded-proto", b"x-forwarded-host", b"x-forwarded-port", b"x-real-ip", b"x-request-id",
    b"traceparent", b"via",
))  # fmt: skip
"""Os únicos cabeçalhos daqui: nenhum destes muda o que o aiohttp faria do pedido, nem onde ele acaba."""


def fields_of(lines: bytes) -> dict[bytes, bytes] | None:
    """Os cabeçalhos, com nomes em minúsculas; `None` se há algo incomum neles."""
    *listed, rest = lines.split(_END)
    told: dict[bytes, bytes] = {}
    for line in listed:
        field = _FIELD.fullmatch(line)
        if field is None:
            return None
        told[field[1].lower()] = field[2]
    once = len(told) == len(listed) and not rest
    return told if once and b"host" in told and _USUAL.issuperset(told) else None


def length_of(told: dict[bytes, bytes]) -> int | None:
    """Bytes do corpo: 0 se nada se anuncia; `None` se o que se anuncia não é de sempre."""
    announced = told.get(b"content-length")
    if announced is None:
        return 0
    return int(announced) if _LENGTH.fullmatch(announced) else None


def owed_after(owed: int | None, data: bytes) -> int | None:
    """Bytes que faltam ao último pedido dado a um leitor, depois de `data`, se antes faltavam `owed`.

    0: o leitor está entre dois pedidos. `None`: não se sabe, e não se virá a saber.
    """
    if owed is None or not data:
        return owed
    left = owed - len(data) if owed else _missing(data)
    return left if left is not None and left >= 0 else None


def _missing(data: bytes) -> int | None:
    blank = data.find(BLANK, 0, MAX_HEAD)
    first, _, lines = data[: blank + len(_END)].partition(_END)
    told = fields_of(lines) if blank >= 0 and _FIRST.fullmatch(first) else None
    length = None if told is None else length_of(told)
    return None if length is None else blank + len(BLANK) + length - len(data)
