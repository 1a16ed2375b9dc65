"""O mesmo que enviamos, dito por um cliente independente (`pywa`), por HTTP de verdade até um laço local.

O `pywa` não deixa escolher o endereço da Graph: um transporte troca o destino e mantém o resto do pedido.
Ele é síncrono; quem chama daqui o faz numa thread.
"""

from collections.abc import Mapping
from types import MappingProxyType

import httpx
from pywa.client import WhatsApp
from pywa.types.callback import Button, FlowButton, Section, SectionList, SectionRow, URLButton
from pywa.types.flows import FlowActionType, FlowStatus
from pywa.types.others import Contact

from tests.contract.pywa_templates import TO, TRACKER, Send, templates
from tests.support.outbound_kinds import LINK, MEDIA_ID

YES = Button(title="Sim", callback_data="s1:a")

ANA = Contact(
    name=Contact.Name("Ana Souza", "Ana", "Souza", "Maria", "Neta", "Dra."),
    birthday="1990-02-28",
    phones=[Contact.Phone("+55 41 99999-0000", "WORK", "5541999990000")],
    emails=[Contact.Email("ana@example.com", "WORK")],
    urls=[Contact.Url("https://example.com/ana", "WORK")],
    addresses=[Contact.Address("Rua Um, 10", "Curitiba", "PR", "80000-000", "Brasil", "br", "HOME")],
    org=Contact.Org("Pyloto", "Entregas", "Gerente"),
)


class Retarget(httpx.HTTPTransport):
    """Leva a `url` o que iria à Graph; caminho, cabeçalhos e corpo não mudam."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._target = httpx.URL(url)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Troca o destino e envia."""
        target = self._target
        request.url = request.url.copy_with(scheme=target.scheme, host=target.host, port=target.port)
        return super().handle_request(request)


def speak(url: str, token: str, number: str, send: Send) -> object:
    """Um `pywa` que fala com `url` em nome de `number`, faz `send` e fecha as conexões; bloqueia."""
    with httpx.Client(transport=Retarget(url)) as session:
        return send(WhatsApp(phone_id=number, token=token, session=session))


_LIST = SectionList(
    button_title="Abrir",
    sections=[
        Section(
            title="A",
            rows=[
                SectionRow(title="Um", callback_data="r1", description="Primeiro"),
                SectionRow(title="Dois", callback_data="r2"),
            ],
        ),
        Section(title="B", rows=[SectionRow(title="T", callback_data="r3")]),
    ],
)
_SITE = URLButton(title="Abrir", url="https://example.com/a")
_FORM = FlowButton(
    title="Cadastrar",
    flow_id="1234567890",
    flow_token="token-1",
    flow_action_type=FlowActionType.NAVIGATE,
    flow_action_screen="ENTRY",
    flow_action_payload={"name": "Ana"},
)
_EXCHANGE = FlowButton(
    title="Cadastrar",
    flow_id="1234567890",
    flow_token="token-1",
    flow_action_type=FlowActionType.DATA_EXCHANGE,
    mode=FlowStatus.DRAFT,
)


def _plain(media: str) -> Mapping[str, Send]:
    return {
        "text": lambda wa: wa.send_message(TO, "Olá! https://example.com", preview_url=True, tracker=TRACKER),
        "image": lambda wa: wa.send_image(TO, media, "A foto", tracker=TRACKER),
        "video": lambda wa: wa.send_video(TO, LINK, "O vídeo", tracker=TRACKER),
        "audio": lambda wa: wa.send_audio(TO, media, tracker=TRACKER),
        "voice": lambda wa: wa.send_voice(TO, media, tracker=TRACKER),
        "document": lambda wa: wa.send_document(TO, media, "nota.pdf", "A nota", tracker=TRACKER),
        "sticker": lambda wa: wa.send_sticker(TO, media, tracker=TRACKER),
        "location": lambda wa: wa.send_location(
            TO, -25.4284, -49.2733, "Pyloto", "Rua Um, 10", tracker=TRACKER
        ),
        "contacts": lambda wa: wa.send_contact(
            TO, [ANA, Contact(name=Contact.Name("Bia", "Bia"))], tracker=TRACKER
        ),
        "reaction": lambda wa: wa.send_reaction(TO, "👍🏽", "wamid.IN", tracker=TRACKER),
        "reaction removed": lambda wa: wa.remove_reaction(TO, "wamid.IN", tracker=TRACKER),
    }


def _interactive(media: str) -> Mapping[str, Send]:
    return {
        "interactive button": lambda wa: wa.send_message(
            TO,
            "Confirma?",
            "Pedido",
            "Pyloto",
            [YES, Button(title="Não", callback_data="s1:b")],
            tracker=TRACKER,
        ),
        "interactive button image": lambda wa: wa.send_image(
            TO, media, "Confirma?", "Pyloto", [YES], tracker=TRACKER
        ),
        "interactive button video": lambda wa: wa.send_video(
            TO, LINK, "Confirma?", buttons=[YES], tracker=TRACKER
        ),
        "interactive button document": lambda wa: wa.send_document(
            TO, media, "nota.pdf", "Confirma?", buttons=[YES], tracker=TRACKER
        ),
        "interactive list": lambda wa: wa.send_message(
            TO, "Escolha", "Serviços", "Pyloto", _LIST, tracker=TRACKER
        ),
        "interactive cta_url": lambda wa: wa.send_message(
            TO, "Veja", "Site", "Pyloto", _SITE, tracker=TRACKER
        ),
        "interactive flow": lambda wa: wa.send_message(TO, "Preencha", buttons=_FORM, tracker=TRACKER),
        "interactive flow exchange": lambda wa: wa.send_message(
            TO, "Preencha", footer="Pyloto", buttons=_EXCHANGE, tracker=TRACKER
        ),
        "interactive location_request_message": lambda wa: wa.request_location(
            TO, "Onde você está?", tracker=TRACKER
        ),
    }


def sends(media: str) -> Mapping[str, Send]:
    """Como o `pywa` envia cada exemplo de `OUTBOUND`, pelo mesmo nome; `media` é o id dos arquivos."""
    return MappingProxyType({**_plain(media), **_interactive(media), **templates(media)})


PYWA = sends(MEDIA_ID)

UNKNOWN = frozenset({"interactive address_message"})
"""O que o `pywa` não sabe enviar."""
