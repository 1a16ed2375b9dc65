"""A Meta tem a nossa chave pública? Envia e lê de volta, um número por vez.

Fonte: página "Business encryption" (`whatsapp_business_encryption`, campo `business_public_key`). A chave se
envia de novo depois de registrar ou migrar o número, e quando chegam alertas `public-key-*`.
"""

from typing import Literal, Protocol

import msgspec

from pyloto_stream.errors import PermanentError
from pyloto_stream.whatsapp.graph_call import Call

KeyStatus = Literal["VALID", "MISMATCH", "DIFFERENT", "ABSENT"]
"""`VALID` e `MISMATCH` são palavras da Meta; `DIFFERENT`: ela tem outra chave; `ABSENT`: não tem nenhuma."""


class Caller(Protocol):
    """O que se usa do cliente da Graph API."""

    async def call(self, call: Call) -> bytes:
        """Faz a chamada e devolve o corpo JSON."""


class _Key(msgspec.Struct, frozen=True):
    business_public_key: str = ""
    business_public_key_signature_status: str = ""


class _Answer(_Key, frozen=True):
    """A página mostra os campos na raiz e, noutro exemplo, dentro de `data`: lemos os dois."""

    data: tuple[_Key, ...] = ()


_answer = msgspec.json.Decoder(_Answer)


async def upload_key(graph: Caller, phone_number_id: str, public_pem: str) -> KeyStatus:
    """Põe `public_pem` em vigor para `phone_number_id` e devolve o que a Meta diz ter.

    Raises:
        PylotoError: a Graph recusou ou não respondeu (ver `graph_errors.py`); code `graph_answer` se a
            leitura não tem a forma esperada.
    """
    form = {"business_public_key": public_pem}
    await graph.call(_about(phone_number_id, "POST", form))
    return await key_status(graph, phone_number_id, public_pem)


async def key_status(graph: Caller, phone_number_id: str, public_pem: str) -> KeyStatus:
    """O que a Meta tem, comparado com `public_pem`.

    Raises:
        PylotoError: como em `upload_key`.
    """
    body = await graph.call(_about(phone_number_id, "GET"))
    try:
        answer = _answer.decode(body)
    except msgspec.MsgspecError:
        raise PermanentError("the key that Meta has does not read", code="graph_answer") from None
    held = answer.data[0] if answer.data else answer
    if not held.business_public_key:
        return "ABSENT"
    if held.business_public_key.split() != public_pem.split():
        return "DIFFERENT"
    return "VALID" if held.business_public_key_signature_status == "VALID" else "MISMATCH"


def _about(phone_number_id: str, method: Literal["GET", "POST"], form: dict[str, str] | None = None) -> Call:
    return Call(
        method,
        f"{phone_number_id}/whatsapp_business_encryption",
        "business_encryption",
        query={"fields": "business_public_key,business_public_key_signature_status"} if form is None else {},
        form=form,
        number=phone_number_id,
    )
