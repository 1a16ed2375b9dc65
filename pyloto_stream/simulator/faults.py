"""O que pode dar errado na Graph, quando e quantas vezes? Defeitos programáveis, tomados um por chamada.

Promete: um defeito vale para as próximas `times` chamadas que casam com ele (0: todas), depois de deixar
passar `skip`; o primeiro que casa, na ordem em que foram postos, é o que age. Limite: só chamadas
autenticadas.
"""

from collections.abc import Callable
from typing import Annotated, Literal

import msgspec

from pyloto_stream.simulator.config import Ms

Endpoint = Literal["messages", "receipts", "media", "download", "templates", "account"]
_Code = Annotated[int, msgspec.Meta(ge=0)]
_Status = Annotated[int, msgspec.Meta(ge=400, le=599)]


class Call(msgspec.Struct, frozen=True):
    """O que se sabe de uma chamada antes de julgá-la; campos ausentes ficam vazios."""

    endpoint: Endpoint
    to: str
    reply_id: str
    document: object

    @classmethod
    def of(cls, document: object) -> "Call":
        """Lê sem exigir forma nenhuma."""
        fields = document if isinstance(document, dict) else {}
        endpoint: Endpoint = "receipts" if "status" in fields else "messages"
        to = str(fields.get("to") or fields.get("recipient") or "").removeprefix("+")
        return cls(endpoint, to, str(fields.get("biz_opaque_callback_data") or ""), document)


class Fault(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Um defeito.

    `kind`: `delay` só atrasa; `error` responde `code` (Graph) e `status` (HTTP; sem `code`, uma página HTML);
    `cut` derruba a conexão; `hang` nunca responde; `fail` aceita, e a falha com `code` vem depois, por um
    status `failed`. Todos os outros esperam antes `delay_ms`. Com `accepted`, a mensagem é aceita (e os
    status saem) antes do defeito: quem chamou fica sem saber. `to` restringe a uma pessoa.

    Raises:
        ValueError: `error` sem `code` nem `status`, `delay` sem `delay_ms`, ou ambos onde não cabem.
    """

    kind: Literal["delay", "error", "cut", "hang", "fail"]
    times: Annotated[int, msgspec.Meta(ge=0)] = 1
    skip: Annotated[int, msgspec.Meta(ge=0)] = 0
    delay_ms: Ms = 0
    accepted: bool = False
    code: _Code | None = None
    status: _Status | None = None
    retry_after_s: Annotated[int, msgspec.Meta(ge=0)] = 0
    endpoint: Endpoint = "messages"
    to: str = ""

    @property
    def async_code(self) -> int:
        """O código com que o envio falha depois de aceito; 0 se a falha é na própria chamada."""
        return (self.code or 0) if self.kind == "fail" else 0

    def __post_init__(self) -> None:
        """Confere o que um campo exige do outro."""
        if self.kind == "error" and self.code is None and self.status is None:
            raise ValueError("error needs code or status")
        if self.kind == "fail" and (not self.code or self.endpoint != "messages"):
            raise ValueError("fail needs code, and belongs to messages")
        if self.kind not in ("error", "fail") and self.code is not None:
            raise ValueError("code belongs to error and fail")
        if self.kind != "error" and (self.status is not None or self.retry_after_s):
            raise ValueError("status and retry_after_s belong to error")
        if self.kind == "delay" and (not self.delay_ms or self.accepted):
            raise ValueError("delay needs delay_ms and takes no accepted")


When = Callable[[Call], bool]


class Planned(msgspec.Struct):
    """Um defeito posto: `seen` chamadas casaram, `hits` sofreram."""

    fault: Fault
    seen: int = 0
    hits: int = 0


class FaultBook:
    """Os defeitos em vigor."""

    def __init__(self) -> None:
        self._planned: list[tuple[Planned, When | None]] = []

    def add(self, fault: Fault, when: When | None = None) -> Planned:
        """Põe um defeito; `when` restringe mais. O que volta conta o que aconteceu."""
        planned = Planned(fault)
        self._planned.append((planned, when))
        return planned

    def take(self, call: Call) -> Fault | None:
        """O defeito desta chamada, se há; gasta uma vez dele."""
        for planned, when in self._planned:
            fault = planned.fault
            if fault.endpoint != call.endpoint or (fault.to and fault.to.removeprefix("+") != call.to):
                continue
            if (fault.times and planned.hits >= fault.times) or (when is not None and not when(call)):
                continue
            planned.seen += 1
            if planned.seen > fault.skip:
                planned.hits += 1
                return fault
        return None

    def clear(self) -> None:
        """Tira todos."""
        self._planned.clear()

    def listing(self) -> list[Planned]:
        """Todos, na ordem em que foram postos."""
        return [planned for planned, _ in self._planned]
