"""Que formulários se oferecem agora, e um que chega é de quem diz ser? Perguntas da etapa `ai`.

Promete: nenhum campo é lido sem um token nosso, no prazo e desta conversa. Limite: se não se sabe se a Meta
bloqueou um formulário (o banco não responde), não se oferece nenhum: as perguntas servem a todos.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec
from loguru import logger

from pyloto_stream.conversation.events import MessageReceived
from pyloto_stream.conversation.forms import FORM, FORMS
from pyloto_stream.errors import UnavailableError
from pyloto_stream.stores.channels import ChannelState
from pyloto_stream.whatsapp.flows.tokens import FlowTokens, TokenVerdict

TOKEN = "flow_token"  # noqa: S105 — o nome do campo, não um segredo


class Channels(Protocol):
    """Quem sabe o que a Meta disse de cada formulário."""

    async def state(self, phone_number_id: str) -> ChannelState:
        """O que vale agora para um número."""


class FormDesk:
    """Os formulários de uma instalação: `ids` (nome e id na Meta) são os publicados; vazio: não há."""

    def __init__(self, tokens: FlowTokens, ids: Mapping[str, str], channels: Channels | None = None) -> None:
        self._tokens = tokens
        self._ids = {name: flow_id for name, flow_id in ids.items() if name in FORMS}
        self._channels = channels

    @property
    def offers(self) -> bool:
        """Há algum formulário publicado?"""
        return bool(self._ids)

    async def available(self, phone_number_id: str) -> frozenset[str]:
        """Os nomes dos que se podem oferecer por `phone_number_id`."""
        if not self._ids or self._channels is None:
            return frozenset(self._ids)
        try:
            down = (await self._channels.state(phone_number_id)).flows_down
        except UnavailableError as error:
            logger.bind(code=error.code).warning("no form is offered: their state is not known")
            return frozenset()
        return frozenset(name for name, flow_id in self._ids.items() if flow_id not in down)

    def trusted(
        self, messages: Sequence[MessageReceived], user_key: str, now_ms: int
    ) -> list[MessageReceived]:
        """As mensagens, em que só tem campos o formulário com token que vale para a conversa `user_key`.

        O nome do formulário, tirado do token, entra em `FORM`. A sessão pode já ser outra: o que a pessoa
        preencheu ainda vale. O prazo conta até a aceitação da mensagem: a fila não a faz vencer.
        """
        return [
            msgspec.structs.replace(message, form=self._checked(message, user_key, now_ms))
            if message.kind == "form"
            else message
            for message in messages
        ]

    def _checked(self, message: MessageReceived, user_key: str, now_ms: int) -> dict[str, str]:
        at_ms = message.accepted_at_ms or now_ms
        checked = self._tokens.check(message.form.get(TOKEN), now_ms=at_ms, user_key=user_key)
        if checked.verdict is not TokenVerdict.VALID:
            return {}
        return {**{k: v for k, v in message.form.items() if k != TOKEN}, FORM: checked.form}
