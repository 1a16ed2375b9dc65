"""De que se fala ao abrir um Flow? O que a tela pede e vê, a oferta da mensagem e a resposta do endpoint."""

from typing import Literal

import msgspec

from pyloto_stream.simulator.envelopes import Json


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """O que a pessoa fez no formulário que a mensagem `message` ofereceu; ao abrir, sem `screen` e `data`."""

    message: str
    do: Literal["open", "exchange", "back", "complete"]
    screen: str = ""
    data: Json = {}


class View(msgspec.Struct, frozen=True, omit_defaults=True):
    """O que a tela mostra a seguir. `error` fecha o formulário; `sent` diz que ele foi concluído."""

    screen: str = ""
    data: Json = {}
    definition: msgspec.Raw = msgspec.Raw(b"")
    error: str = ""
    sent: bool = False


class Start(msgspec.Struct, frozen=True):
    """Por onde o Flow começa, em `navigate`."""

    screen: str = ""
    data: Json = {}


class Offer(msgspec.Struct, frozen=True):
    """O Flow que uma mensagem oferece; `flow_id` ou `flow_name`."""

    flow_id: str = ""
    flow_name: str = ""
    flow_token: str = ""
    flow_action: Literal["navigate", "data_exchange"] = "navigate"
    flow_action_payload: Start = Start()


class Action(msgspec.Struct, frozen=True):
    """O botão da oferta."""

    parameters: Offer = Offer()


class Interactive(msgspec.Struct, frozen=True):
    """A mensagem que oferece."""

    type: str = ""
    action: Action = Action()


class Sent(msgspec.Struct, frozen=True):
    """O envio."""

    interactive: Interactive = Interactive()


class Screen(msgspec.Struct, frozen=True):
    """Uma tela do Flow JSON."""

    id: str


class Definition(msgspec.Struct, frozen=True):
    """O Flow JSON; a primeira tela é a de entrada."""

    screens: list[Screen]
    data_api_version: str = "3.0"


class Answer(msgspec.Struct, frozen=True):
    """O que o endpoint manda mostrar."""

    screen: str = ""
    data: Json = {}


class Ended(msgspec.Struct, frozen=True):
    """As respostas com que o endpoint conclui."""

    params: Json = {}


class Extension(msgspec.Struct, frozen=True):
    """O `data` da tela `SUCCESS`."""

    extension_message_response: Ended = Ended()
