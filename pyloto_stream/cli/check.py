"""Como `doctor` conta uma resposta? Nome, como está, e o que dizer a quem opera."""

from typing import Literal

import msgspec

Standing = Literal["ok", "warning", "failed"]


class Check(msgspec.Struct, frozen=True):
    """Uma resposta: `warning` funciona, mas alguém deve olhar; `failed` não funciona assim."""

    name: str
    standing: Standing
    detail: str
