"""Como `doctor` conta uma resposta? Nome, como está, e o que dizer a quem opera."""

from typing import Literal

import msgspec

from pyloto_stream.errors import MisconfiguredError, PylotoError

Standing = Literal["ok", "warning", "failed"]


class Check(msgspec.Struct, frozen=True):
    """Uma resposta: `warning` funciona, mas alguém deve olhar; `failed` não funciona assim."""

    name: str
    standing: Standing
    detail: str


def reason(error: PylotoError) -> str:
    """O que dizer de uma falha: o que há na configuração, com a variável; de resto, o `code`."""
    return str(error) if isinstance(error, MisconfiguredError) else error.code
