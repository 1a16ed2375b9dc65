"""Quem é uma pessoa virtual? Os ids, como aparece nos webhooks e o que a Meta contará dos envios a ela."""

import re
from typing import Literal

import msgspec

from pyloto_stream.simulator.envelopes import Json

StatusName = Literal["sent", "delivered", "read", "played", "failed"]


class Profile(msgspec.Struct, frozen=True):
    """Quem é. Sem `wa_id` a pessoa só mostra o id de escopo (`user_id`); `statuses` é o que a Meta contará.

    `statuses` sai nessa ordem, qualquer que seja: fora de ordem e repetido valem. `failure` é o código que um
    `failed` leva. `parent_user_id` aparece onde a Meta o põe, se houver.

    Raises:
        ValueError: sem nenhum id, ou `wa_id` que não são de 6 a 15 dígitos.
    """

    wa_id: str = ""
    name: str = ""
    user_id: str = ""
    username: str = ""
    statuses: tuple[StatusName, ...] = ("sent", "delivered", "read")
    parent_user_id: str = ""
    failure: int = 131026

    def __post_init__(self) -> None:
        """Confere os ids."""
        if not (self.wa_id or self.user_id):
            raise ValueError("a person needs wa_id or user_id")
        if self.wa_id and not re.fullmatch(r"[0-9]{6,15}", self.wa_id, re.ASCII):
            raise ValueError("wa_id must be 6 to 15 digits")

    @property
    def key(self) -> str:
        """O id pelo qual o simulador a conhece."""
        return self.wa_id or self.user_id

    def contact(self) -> Json:
        """O item de `contacts[]`."""
        about = {"name": self.name, **({"username": self.username} if self.username else {})}
        return {"profile": about, **self.ids("wa_id", "user_id", "parent_user_id")}

    def author(self) -> Json:
        """As chaves de autor de `messages[]`."""
        return self.ids("from", "from_user_id", "from_parent_user_id")

    def ids(self, phone: str, scoped: str, parent: str = "") -> Json:
        """Os ids que há, sob os nomes pedidos; sem `parent`, o do grupo de empresas fica de fora."""
        found = {phone: self.wa_id, scoped: self.user_id}
        if parent:
            found[parent] = self.parent_user_id
        return {key: value for key, value in found.items() if value}
