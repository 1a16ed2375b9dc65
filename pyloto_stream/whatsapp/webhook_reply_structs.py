"""Que forma tem o que a pessoa responde ao que lhe oferecemos? Botões, linhas de lista, formulários.

Fonte: referência de webhooks da WhatsApp Cloud API (v24.0).
"""

from msgspec import Struct

Id = str | int | None
"""Um id: a Meta escreve alguns como número num lugar e como texto noutro."""


class Tap(Struct, gc=False):
    """Botão ou linha de lista tocada."""

    id: Id = None
    title: str | None = None


class FormReply(Struct, gc=False):
    """Resposta de um Flow; `response_json` é JSON escolhido pelo cliente; `name`, a espécie."""

    name: str | None = None
    response_json: str | None = None


class CallPermission(Struct, gc=False):
    """A pessoa deixou, ou não, que lhe liguemos."""

    response: str | None = None


class Payment(Struct, gc=False):
    """Pagamento num toque; os dados do cartão não são lidos."""

    payment_method: str | None = None


class Interactive(Struct, gc=False):
    """Só a chave com o nome de `type` vem preenchida."""

    type: str | None = None
    button_reply: Tap | None = None
    list_reply: Tap | None = None
    nfm_reply: FormReply | None = None
    call_permission_reply: CallPermission | None = None
    payment_method: Payment | None = None


class Button(Struct, gc=False):
    """Botão de resposta rápida de um modelo."""

    payload: str | None = None
    text: str | None = None
