"""Quem escreve, e o quê? Gente fictícia e webhooks como os da Meta, assinados antes de a medida começar."""

import time
from collections.abc import Sequence

import msgspec

from pyloto_stream.settings import DEFAULTS
from pyloto_stream.simulator.envelopes import Change, Json, Number, status
from pyloto_stream.simulator.registry import fictional
from pyloto_stream.whatsapp.signature import HEADER, sign

WEBHOOK_PATH = "/webhooks/whatsapp"
CITIES = (
    "Londrina", "Curitiba", "Campinas", "Santos", "Recife", "Manaus", "Palmas", "Natal", "Olinda",
)  # fmt: skip
GREETINGS = (
    "oi",
    "boa tarde, quero ser entregador",
    "olá, tenho uma pizzaria em Campinas e preciso de motoboy",
    "quanto custa uma entrega em Londrina?",
    "preciso de um orçamento para dois entregadores à noite",
    "bom dia! vocês fazem aplicativo sob medida?",
)
"""A primeira mensagem de cada um: as regras trabalham, e todas têm uma resposta."""
NUMBER = Number(DEFAULTS.whatsapp_business_account_id, DEFAULTS.whatsapp_phone_number_id, "551140000000")
_SECRET = DEFAULTS.whatsapp_webhook_secret[0].reveal().encode()


class Message(msgspec.Struct, frozen=True):
    """A mensagem de número `seq` (desde 0) da pessoa `person`."""

    person: int
    seq: int
    text: str

    @property
    def id(self) -> str:
        """O `wamid`: diz de quem é e qual é."""
        return f"wamid.BENCH.{self.person}.{self.seq}"


class Post(msgspec.Struct, frozen=True):
    """Um webhook que deve sair `due_s` segundos depois do início."""

    due_s: float
    messages: tuple[Message, ...]


def greeting(person: int) -> Message:
    """A primeira e única mensagem de alguém novo."""
    return Message(person, 0, GREETINGS[person % len(GREETINGS)])


def correction(person: int, seq: int) -> Message:
    """A mensagem `seq` de quem muda de cidade a cada vez: a resposta diz qual ficou valendo."""
    city = city_of(seq)
    text = f"na verdade a cidade é {city}" if seq else f"oi, quero ser entregador, moro em {city}"
    return Message(person, seq, text)


def city_of(seq: int) -> str:
    """A cidade que a mensagem `seq` diz."""
    return CITIES[seq % len(CITIES)]


def written(messages: Sequence[Message], host: str) -> bytes:
    """O pedido HTTP inteiro, assinado, que entrega `messages` num só webhook a `host`."""
    now = str(int(time.time()))
    return signed(NUMBER.webhook([Change(_value(message, now)) for message in messages]), host)


def reported(name: str, wamid: str, person: int, reply_id: str, host: str) -> bytes:
    """O pedido que conta o status `name` de um envio nosso."""
    who = fictional(person)
    recipient = who.ids("recipient_id", "recipient_user_id")
    now = str(int(time.time()))
    item = status(name, wamid, now, recipient=recipient, reply_id=reply_id, failure={})
    return signed(NUMBER.webhook([Change(NUMBER.value(contacts=[who.contact()], statuses=[item]))]), host)


def signed(body: bytes, host: str) -> bytes:
    """Um POST do webhook, como a Meta o escreve."""
    head = (
        f"POST {WEBHOOK_PATH} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: facebookexternalua\r\n"
        f"Accept: */*\r\nContent-Type: application/json\r\n{HEADER}: {sign(_SECRET, body)}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _value(message: Message, now: str) -> Json:
    who = fictional(message.person)
    item = {"id": message.id, "timestamp": now, "type": "text", "text": {"body": message.text}}
    return NUMBER.value(contacts=[who.contact()], messages=[{**who.author(), **item}])
