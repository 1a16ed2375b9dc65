"""Um formulário que chega é de quem diz ser? O token responde antes de a conversa ler um só campo."""

from collections.abc import Sequence

import msgspec

from pyloto_stream.conversation.events import MessageReceived
from pyloto_stream.conversation.forms import FORM
from pyloto_stream.whatsapp.flows.tokens import FlowTokens, TokenVerdict

TOKEN = "flow_token"  # noqa: S105 — o nome do campo, não um segredo


def trusted(
    messages: Sequence[MessageReceived], tokens: FlowTokens, user_key: str, now_ms: int
) -> list[MessageReceived]:
    """As mensagens, em que só tem campos o formulário com token nosso, no prazo e desta conversa.

    O nome do formulário, tirado do token, entra em `FORM`. A sessão pode já ser outra: o que a pessoa
    preencheu ainda vale. O prazo conta até a aceitação da mensagem: a fila não a faz vencer.
    """
    return [
        msgspec.structs.replace(message, form=_checked(message, tokens, user_key, now_ms))
        if message.kind == "form"
        else message
        for message in messages
    ]


def _checked(message: MessageReceived, tokens: FlowTokens, user_key: str, now_ms: int) -> dict[str, str]:
    at_ms = message.accepted_at_ms or now_ms
    checked = tokens.check(message.form.get(TOKEN), now_ms=at_ms, user_key=user_key)
    if checked.verdict is not TokenVerdict.VALID:
        return {}
    return {**{k: v for k, v in message.form.items() if k != TOKEN}, FORM: checked.form}
