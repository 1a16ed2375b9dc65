"""O que a Meta local aceitou de verdade? Uma linha por aceite, para contar sem confiar em ninguém.

Promete: cada aceite é um item novo; nada é juntado, substituído ou perdido enquanto o simulador vive.
"""

from base64 import b64encode
from secrets import token_bytes

import msgspec

from pyloto_stream.simulator.envelopes import Json


class SentMessage(msgspec.Struct, frozen=True):
    """Um envio aceito. `to` é a chave da pessoa (dígitos ou id de escopo).

    `at_s` é o relógio monotônico na chegada do pedido. `latency_ms` vai do início do POST do webhook da
    primeira mensagem sem resposta até `at_s`; `None` se a pessoa nada escreveu. `told` são os status já
    emitidos.
    """

    wamid: str
    to: str
    reply_id: str
    type: str
    payload: Json
    at_s: float
    at_ms: int
    latency_ms: float | None = None
    phone_number_id: str = ""
    told: list[str] = []


class ReadReceived(msgspec.Struct, frozen=True):
    """Um recibo de leitura aceito."""

    message_id: str
    to: str
    typing: bool
    at_s: float


def new_wamid() -> str:
    """Um id de mensagem com a forma da Meta; opaco e único."""
    return "wamid." + b64encode(token_bytes(27)).decode()
