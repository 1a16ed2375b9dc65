"""A janela de 24 horas fechou: o que se envia em vez da resposta? O modelo aprovado, se há um que sirva.

Só serve o que não pede valores: aqui ninguém sabe preenchê-los. Sai com id próprio e nunca duas vezes em
dúvida: é pago, e chega fora de uma conversa.
"""

from typing import Protocol

from loguru import logger

from consumers.drafts import Draft
from pyloto_stream.errors import OverloadedError, PermanentError, UnavailableError
from pyloto_stream.stores.channels import ChannelState
from pyloto_stream.streams.keys import sibling
from pyloto_stream.template import Template
from pyloto_stream.whatsapp.client import ThrottledError
from pyloto_stream.whatsapp.messages_template import TemplateMessage
from pyloto_stream.whatsapp.payloads import build
from pyloto_stream.whatsapp.templates_check import TemplateParams

REPLY_INDEX = 1
"""O livro de envios conhece a resposta do turno por 0; o modelo que a substitui é outro envio."""


class Templates(Protocol):
    """O que se pede a quem conhece os modelos (`TemplateManager`)."""

    async def require_sendable(self, name: str, language: str) -> Template:
        """O modelo, se pode sair agora."""

    def build(self, template: Template, params: TemplateParams) -> TemplateMessage:
        """O envio dele, conferido."""


class Channels(Protocol):
    """Quem sabe o que a Meta disse de cada número (`ChannelStore`)."""

    async def state(self, phone_number_id: str) -> ChannelState:
        """O que vale agora para um número."""


class WindowTemplate:
    """O modelo `name` em `language`, como `WINDOW_TEMPLATE` o nomeia (`nome:idioma`).

    `channels`: quem sabe se a Meta proibiu a conta de iniciar conversas; `None`: nada se sabe.
    """

    def __init__(self, templates: Templates, setting: str, channels: Channels | None = None) -> None:
        self._templates = templates
        self._channels = channels
        self._name, _, self._language = setting.partition(":")

    async def draft(self, ready: Draft) -> Draft | None:
        """O modelo, pronto para envio no lugar de `ready`; `None` se não pode sair.

        Raises:
            OverloadedError: era preciso ler o modelo, e a Meta ou o banco não responderam, ou pediram calma.
            GraphTransientError: a Meta tropeçou ao lê-lo.
        """
        if self._channels is not None:
            state = await self._channels.state(ready.state.phone_number_id)
            if state.templates_paused:
                logger.bind(code=state.templates_paused).warning("the window template cannot be sent")
                return None
        try:
            template = await self._templates.require_sendable(self._name, self._language)
            message = self._templates.build(template, TemplateParams())
        except (UnavailableError, ThrottledError) as error:
            # espera sem contar tentativa, e sem dizer ao disjuntor que os envios pararam: só a leitura parou
            raise OverloadedError(str(error), code=error.code, retry_after_ms=error.retry_after_ms) from None
        except PermanentError as error:
            logger.bind(code=error.code).warning("the window template cannot be sent")
            return None
        body = template.part("BODY")
        # o mesmo id, venha a notícia da Graph ou de um status: por uma resposta não saem dois modelos
        own_id = sibling(ready.outgoing.replaces or ready.reply_id, REPLY_INDEX)
        call = build(message, to=ready.state.reply_to, reply_id=own_id)
        words = body.text if body else ""
        return Draft(own_id, call, ready.outgoing, ready.state, kind="template", text=words)
