"""O que respondemos, antes de virar mensagem do WhatsApp? Texto, opções, um formulário ou um pedido."""

from typing import Literal

import msgspec

MAX_REPLY_CHARS = 1024
"""Limite do corpo de mensagens interativas na Meta; usado para todas, pois o tipo pode mudar por rodada."""

YES, NO, HUMAN = "do:yes", "do:no", "do:human"
"""Os ids das opções que fazem algo, em vez de escolher um assunto (`intent:…`) ou um valor (`fact:…`)."""


class Choice(msgspec.Struct, frozen=True, omit_defaults=True):
    """Uma opção. Botão: `title` ≤ 20; linha de lista: `title` ≤ 24, `description` ≤ 72. `id` ≤ 200."""

    id: str
    title: str
    description: str = ""


class Reply(msgspec.Struct, frozen=True, omit_defaults=True):
    """Uma resposta completa. Um turno tem no máximo uma: aviso, resposta e pergunta vêm juntos.

    `buttons` leva de 1 a 3 opções; `list`, de 1 a 10 e `button` (≤ 20), o rótulo que abre a lista. `flow`
    oferece o formulário de nome `form` (rótulo em `button`); `plain` é o que se diz se ele não puder sair.
    `location` pede a localização.
    """

    kind: Literal["text", "buttons", "list", "flow", "location"]
    text: str
    choices: tuple[Choice, ...] = ()
    button: str = ""
    form: str = ""
    plain: str = ""
