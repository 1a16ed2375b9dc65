"""Um exemplo de cada tipo de mensagem que sabemos enviar, com todos os campos que ele tem."""

from collections.abc import Mapping
from types import MappingProxyType

from pyloto_stream.whatsapp.messages import (
    AddressMessage,
    AudioMessage,
    Button,
    ButtonsMessage,
    Contact,
    ContactAddress,
    ContactEmail,
    ContactName,
    ContactOrg,
    ContactPhone,
    ContactsMessage,
    ContactUrl,
    CtaUrlMessage,
    Currency,
    DocumentMessage,
    FlowAction,
    FlowMessage,
    ImageMessage,
    ListMessage,
    LocationMessage,
    LocationRequestMessage,
    MediaHeader,
    Message,
    ProductRef,
    ReactionMessage,
    Row,
    SavedAddress,
    Section,
    StickerMessage,
    TemplateCard,
    TemplateComponent,
    TemplateLocation,
    TemplateMedia,
    TemplateMessage,
    TemplateParameter,
    TextMessage,
    VideoMessage,
)

MEDIA_ID = "1166846181421424"
LINK = "https://example.com/arquivo"

CONTACT = Contact(
    ContactName("Ana Souza", "Ana", "Souza", "Maria", "Neta", "Dra."),
    phones=(ContactPhone("+55 41 99999-0000", "WORK", "5541999990000"),),
    emails=(ContactEmail("ana@example.com", "WORK"),),
    addresses=(ContactAddress("Rua Um, 10", "Curitiba", "PR", "80000-000", "Brasil", "br", "HOME"),),
    urls=(ContactUrl("https://example.com/ana", "WORK"),),
    org=ContactOrg("Pyloto", "Entregas", "Gerente"),
    birthday="1990-02-28",
)


def _header(**value: object) -> TemplateComponent:
    return TemplateComponent("header", parameters=(TemplateParameter(**value),))  # type: ignore[arg-type]


def _button(sub_type: str, index: int, **value: object) -> TemplateComponent:
    given = (TemplateParameter(**value),)  # type: ignore[arg-type]
    return TemplateComponent("button", sub_type, index, given)  # type: ignore[arg-type]


def _template(*components: TemplateComponent) -> TemplateMessage:
    return TemplateMessage("lead_followup", "pt_BR", components)


def _card(number: int) -> TemplateCard:
    return TemplateCard(
        (
            _header(type="image", media=TemplateMedia(id=MEDIA_ID)),
            TemplateComponent("body", parameters=(TemplateParameter("text", f"Oferta {number}"),)),
            _button("quick_reply", 0, type="payload", text=f"card:{number}"),
        )
    )


_NAMED = (TemplateParameter("text", "Ana", "first_name"), TemplateParameter("text", "12", "order_id"))
_POSITIONAL = (
    TemplateParameter("text", "Ana"),
    TemplateParameter("currency", currency=Currency("R$ 12,50", "BRL", 12_500)),
    TemplateParameter("date_time", "5 de agosto"),
)

TEMPLATES: Mapping[str, TemplateMessage] = MappingProxyType(
    {
        "template": _template(),
        "template positional": _template(
            _header(type="text", text="Olá"),
            TemplateComponent("body", parameters=_POSITIONAL),
            _button("quick_reply", 0, type="payload", text="opt:1"),
            _button("url", 1, type="text", text="pedido/12"),
            _button("copy_code", 2, type="coupon_code", text="FRETE10"),
            _button("flow", 3, type="action", flow=FlowAction("token-1", {"name": "Ana"})),
        ),
        "template named": _template(TemplateComponent("body", parameters=_NAMED)),
        "template image": _template(_header(type="image", media=TemplateMedia(link=LINK))),
        "template video": _template(_header(type="video", media=TemplateMedia(id=MEDIA_ID))),
        "template gif": _template(_header(type="gif", media=TemplateMedia(link=LINK))),
        "template document": _template(
            _header(type="document", media=TemplateMedia(id=MEDIA_ID, filename="nota.pdf"))
        ),
        "template location": _template(
            _header(type="location", location=TemplateLocation(-25.43, -49.27, "Pyloto", "Rua Um, 10"))
        ),
        "template product": _template(_header(type="product", product=ProductRef("SKU1", "CATALOG1"))),
        "template offer": _template(
            TemplateComponent(
                "limited_time_offer",
                parameters=(TemplateParameter("limited_time_offer", expires_at_ms=1_790_000_000_000),),
            )
        ),
        "template carousel": _template(TemplateComponent("carousel", cards=(_card(1), _card(2)))),
    }
)

OUTBOUND: Mapping[str, Message] = MappingProxyType(
    {
        "text": TextMessage("Olá! https://example.com", preview_url=True),
        "image": ImageMessage(id=MEDIA_ID, caption="A foto"),
        "video": VideoMessage(link=LINK, caption="O vídeo"),
        "audio": AudioMessage(id=MEDIA_ID),
        "voice": AudioMessage(id=MEDIA_ID, voice=True),
        "document": DocumentMessage(id=MEDIA_ID, caption="A nota", filename="nota.pdf"),
        "sticker": StickerMessage(id=MEDIA_ID),
        "location": LocationMessage(-25.4284, -49.2733, "Pyloto", "Rua Um, 10"),
        "contacts": ContactsMessage((CONTACT, Contact(ContactName("Bia", "Bia")))),
        "reaction": ReactionMessage("wamid.IN", "👍🏽"),
        "reaction removed": ReactionMessage("wamid.IN"),
        "interactive button": ButtonsMessage(
            "Confirma?", (Button("s1:a", "Sim"), Button("s1:b", "Não")), "Pedido", "Pyloto"
        ),
        "interactive button image": ButtonsMessage(
            "Confirma?", (Button("s1:a", "Sim"),), MediaHeader("image", id=MEDIA_ID), "Pyloto"
        ),
        "interactive button video": ButtonsMessage(
            "Confirma?", (Button("s1:a", "Sim"),), MediaHeader("video", link=LINK)
        ),
        "interactive button document": ButtonsMessage(
            "Confirma?", (Button("s1:a", "Sim"),), MediaHeader("document", id=MEDIA_ID, filename="nota.pdf")
        ),
        "interactive list": ListMessage(
            "Escolha",
            "Abrir",
            (Section((Row("r1", "Um", "Primeiro"), Row("r2", "Dois")), "A"), Section((Row("r3", "T"),), "B")),
            "Serviços",
            "Pyloto",
        ),
        "interactive cta_url": CtaUrlMessage("Veja", "Abrir", "https://example.com/a", "Site", "Pyloto"),
        "interactive flow": FlowMessage(
            "Preencha", "1234567890", "Cadastrar", "token-1", screen="ENTRY", data={"name": "Ana"}
        ),
        "interactive flow exchange": FlowMessage(
            "Preencha", "1234567890", "Cadastrar", "token-1", "data_exchange", mode="draft", footer="Pyloto"
        ),
        "interactive location_request_message": LocationRequestMessage("Onde você está?"),
        "interactive address_message": AddressMessage(
            "Onde entregamos?",
            values={"name": "Ana", "in_pin_code": "400063"},
            validation_errors={"in_pin_code": "Não atendemos aí."},
            saved_addresses=(SavedAddress("home", {"name": "Ana", "in_pin_code": "400063"}),),
        ),
        **TEMPLATES,
    }
)
"""Por nome, que serve de id de teste e de linha na tabela da documentação."""
