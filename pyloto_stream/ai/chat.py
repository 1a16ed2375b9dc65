"""Como se pergunta a um modelo de linguagem? Um porto pequeno, que não conhece biblioteca nenhuma.

Promete: toda falha é um `ModelError` com um `code` curto e estável, e nada nele traz a chave,
as instruções ou o que a pessoa escreveu.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

import msgspec

from pyloto_stream.errors import PylotoError

NO_KEY = "none"
"""Servidores próprios não pedem chave, mas a biblioteca sim."""


class Message(msgspec.Struct, frozen=True):
    """Uma parte da pergunta: as instruções, o que se traz de fora, ou o que o modelo já respondeu."""

    role: Literal["system", "user", "assistant"]
    content: str


class Completion(msgspec.Struct, frozen=True):
    """O que o modelo respondeu. `refusal`: ele se recusou; `finish`: por que parou (`stop`, `length`, …)."""

    text: str = ""
    refusal: bool = False
    finish: str = "stop"
    tokens_in: int = 0
    tokens_out: int = 0


class ModelError(PylotoError):
    """O modelo não serviu desta vez: quem entende são as regras.

    `code`: `timeout`, `unavailable`, `rate_limited`, `quota_exhausted`, `unauthorized`, `not_found`,
    `rejected`, `bad_answer`, `too_large`, `refused`, `cut`, `filtered`, `off_schema`, `paused` ou
    `unexpected`.
    """

    code = "unexpected"


SERVER_DOWN = frozenset((
    "timeout", "unavailable", "rate_limited", "quota_exhausted", "unauthorized", "not_found",
    "bad_answer", "unexpected",
))  # fmt: skip
"""Códigos que falam do servidor, e não desta pergunta: muitos seguidos são uma queda (`circuit.py`).

`rejected` não está: o que uma pessoa escreveu pode valer um 400, e ela não cala o modelo para as outras.
"""
BY_STATUS: Mapping[int, str] = {
    401: "unauthorized", 403: "unauthorized", 404: "not_found", 408: "timeout", 429: "rate_limited",
}  # fmt: skip
"""O que diz um status HTTP; ver `code_of_status`."""
BY_FINISH: Mapping[str, str] = {"length": "cut", "content_filter": "filtered"}
"""Por que uma resposta não está inteira, pelo `finish` dela."""


def code_of_status(status: int) -> str:
    """O código de um status que não é de sucesso; o redirecionamento que não se segue é endereço errado."""
    if status < 400:
        return "not_found"
    return BY_STATUS.get(status, "unavailable" if status >= 500 else "rejected")


class ChatModel(Protocol):
    """Um modelo que responde na forma combinada ao abri-lo (um esquema JSON)."""

    async def ask(self, messages: Sequence[Message]) -> Completion:
        """Pergunta uma vez, sem repetir; quem chama impõe o prazo e pode cancelar.

        Raises:
            ModelError: não houve resposta que se possa ler.
        """

    async def close(self) -> None:
        """Fecha as conexões."""
