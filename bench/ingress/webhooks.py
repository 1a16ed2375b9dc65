"""Com que pedidos se mede uma entrada? Webhooks de texto da Meta, cada um com a sua mensagem, já assinados.

Promete: cada pedido traz um id de mensagem novo, e cada pessoa (fictícia) escreve `per_person` vezes, em
ondas, como quem conversa. Tudo fica pronto antes de medir: assinar não entra na conta de ninguém.
"""

import time
from base64 import b64encode

from pyloto_stream.simulator.envelopes import Change, Number
from pyloto_stream.whatsapp.signature import sign

SECRET = b"development-webhook-secret"
PATH = "/webhooks/whatsapp"
TEXT = (
    "Oi, tudo bem? Vi o anúncio de vocês e queria entender melhor como funciona para quem faz entregas de "
    "moto aqui na região: quantas por dia, se tem valor mínimo por corrida, e o que preciso para começar. "
    "Trabalho com isso faz uns três anos, tenho moto própria com baú e habilitação em dia, e posso rodar à "
    "noite e nos fins de semana também."
)
OUR_NUMBER = "100000000000001"
WAVE = 256
"""Pessoas que conversam ao mesmo tempo."""


def person_of(index: int, per_person: int) -> int:
    """Quem escreveu a mensagem `index`, se cada um escreve `per_person` vezes e há `WAVE` por onda."""
    return index if per_person == 1 else index // (WAVE * per_person) * WAVE + index % WAVE


def body(index: int, person: int, series: str, number: str = OUR_NUMBER) -> bytes:
    """O corpo do webhook da mensagem `index` da série `series`, de uma pessoa fictícia; uns 900 bytes.

    `number` é o nosso número (`phone_number_id`) a que ela escreveu.
    """
    ours = Number("200000000000001", number, "554130000000")
    phone, token = f"55119{person:08d}", b64encode(f"{series}{index:010d}".encode()).decode()
    sender = {"profile": {"name": f"Pessoa {person}"}, "wa_id": phone, "user_id": f"BR.{phone[::-1]}7041"}
    message = {
        "from": phone,
        "from_user_id": sender["user_id"],
        "id": f"wamid.HBgNNTUxMTk{token}",
        "timestamp": str(int(time.time())),
        "text": {"body": TEXT},
        "type": "text",
    }
    return ours.webhook([Change(ours.value(contacts=[sender], messages=[message]))])


def request(content: bytes, host: str) -> bytes:
    """O pedido HTTP inteiro de um corpo, com os cabeçalhos que a Meta manda."""
    lines = (
        f"POST {PATH} HTTP/1.1",
        f"Host: {host}",
        "Accept: */*",
        "User-Agent: facebookexternalua",
        "Content-Type: application/json",
        f"Content-Length: {len(content)}",
        f"X-Hub-Signature-256: {sign(SECRET, content)}",
    )
    return "\r\n".join((*lines, "", "")).encode() + content


def requests(count: int, per_person: int, series: str, host: str) -> list[bytes]:
    """`count` pedidos diferentes; `series` separa os ids e as pessoas de uma medida das de outra."""
    first = int(series) * 10_000_000
    return [
        request(body(index, first + person_of(index, per_person), series), host) for index in range(count)
    ]
