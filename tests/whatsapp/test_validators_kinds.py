"""As regras que não são comprimento: arquivo, lugar, cartões, reação, formulário e entrega."""

import math

import msgspec
import pytest

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
    DocumentMessage,
    FlowMessage,
    ImageMessage,
    LocationMessage,
    MediaHeader,
    MediaMessage,
    Message,
    ReactionMessage,
    SavedAddress,
    StickerMessage,
    VideoMessage,
)
from pyloto_stream.whatsapp.validators import (
    ContactsMessageValidator,
    LocationMessageValidator,
    MediaMessageValidator,
    ReactionMessageValidator,
    Violation,
    WhatsAppMessageValidator,
)

VALIDATOR = WhatsAppMessageValidator()
FILES = [ImageMessage, VideoMessage, AudioMessage, DocumentMessage, StickerMessage]
ANA = Contact(ContactName("Ana S", "Ana"))
FLOW = FlowMessage("c", "1", "Abrir", "t")


def flow(**changes: object) -> FlowMessage:
    return msgspec.structs.replace(FLOW, **changes)


def card(**changes: object) -> ContactsMessage:
    return ContactsMessage((msgspec.structs.replace(ANA, **changes),))


@pytest.mark.parametrize("kind", FILES)
class TestFiles:
    def test_an_id_or_an_address_is_enough(self, kind: type[MediaMessage]) -> None:
        assert VALIDATOR.validate(kind(id="1")) == ()
        assert VALIDATOR.validate(kind(link="https://example.com/a.png?x=1")) == ()

    def test_none_or_both_is_refused(self, kind: type[MediaMessage]) -> None:
        assert VALIDATOR.validate(kind()) == (Violation("id", "one_source", 1, 0),)
        both = kind(id="1", link="https://example.com")
        assert MediaMessageValidator().validate(both) == (Violation("id", "one_source", 1, 2),)

    @pytest.mark.parametrize("link", ["example.com/a", "ftp://example.com", "https://", "https://a b"])
    def test_an_address_is_of_the_web(self, kind: type[MediaMessage], link: str) -> None:
        assert VALIDATOR.validate(kind(link=link)) == (Violation("link", "not_http"),)

    def test_an_id_has_no_outer_spaces(self, kind: type[MediaMessage]) -> None:
        assert VALIDATOR.validate(kind(id="1 ")) == (Violation("id", "outer_spaces", 0, 1),)


def test_sound_and_stickers_have_no_caption_at_all() -> None:
    assert not any("caption" in kind.__struct_fields__ for kind in (AudioMessage, StickerMessage))


def test_a_file_name_may_be_absent_but_not_blank() -> None:
    assert VALIDATOR.validate(DocumentMessage(id="1", filename=" ")) == (
        Violation("filename", "empty", 1, 0),
    )


@pytest.mark.parametrize("kind", ["image", "video", "document"])
def test_a_header_may_be_a_file(kind: str) -> None:
    def headed(**source: str) -> Message:
        header = msgspec.convert({"kind": kind, **source}, MediaHeader)
        return ButtonsMessage("c", (Button("a", "A"),), header)

    assert VALIDATOR.validate(headed(id="1")) == ()
    assert VALIDATOR.validate(headed()) == (Violation("header.id", "one_source", 1, 0),)
    assert VALIDATOR.validate(headed(link="a")) == (Violation("header.link", "not_http"),)
    blank = VALIDATOR.validate(headed(id="1", filename=" "))
    assert Violation("header.filename", "empty", 1, 0) in blank
    named = VALIDATOR.validate(headed(id="1", filename="a.pdf"))
    assert named == (() if kind == "document" else (Violation("header.filename", "not_allowed", 0, 5),))


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 180.000001])
def test_a_place_is_on_earth_and_is_never_told(value: float) -> None:
    found = LocationMessageValidator().validate(LocationMessage(value, value))
    assert found == (
        Violation("latitude", "out_of_range", 90),
        Violation("longitude", "out_of_range", 180),
    )


def test_an_address_goes_under_a_name() -> None:
    assert VALIDATOR.validate(LocationMessage(0, 0, "Pyloto")) == ()
    assert VALIDATOR.validate(LocationMessage(0, 0, address="Rua")) == (Violation("name", "empty", 1, 0),)
    blank = VALIDATOR.validate(LocationMessage(0, 0, " ", "\n"))
    assert [found.field for found in blank] == ["name", "address"]


@pytest.mark.parametrize("label", ["🇧", "🏽", "©", "Ver 1️⃣"], ids=ascii)
def test_parts_of_an_emoji_are_no_label_of_a_form(label: str) -> None:
    assert VALIDATOR.validate(flow(cta=label)) == (Violation("cta", "has_emoji", 0, 1),)


@pytest.mark.parametrize("emoji", ["", "👍", "👍🏽", "❤️", "👩‍👩‍👧", "🇧🇷", "1️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "✅"], ids=ascii)
def test_a_reaction_is_one_emoji_or_its_removal(emoji: str) -> None:
    assert ReactionMessageValidator().validate(ReactionMessage("wamid.IN", emoji)) == ()


@pytest.mark.parametrize(
    "emoji", ["a", "1", "👍👍", "👍 ", " ", "ok👍", "\u200d", "e\u0301", "\ud83d"], ids=ascii
)
def test_anything_else_is_no_reaction(emoji: str) -> None:
    found = VALIDATOR.validate(ReactionMessage("wamid.IN", emoji))
    assert found == (Violation("emoji", "not_one_emoji", 1, len(emoji)),)


def test_a_reaction_is_to_a_message() -> None:
    assert VALIDATOR.validate(ReactionMessage("", "👍")) == (Violation("message_id", "empty", 1, 0),)


@pytest.mark.parametrize(
    ("message", "field", "rule"),
    [
        (ContactsMessage(()), "contacts", "too_few"),
        (card(name=ContactName("", "Ana")), "contacts[0].name.formatted_name", "empty"),
        (card(name=ContactName("Ana")), "contacts[0].name", "too_few"),
        (card(name=ContactName("Ana", " ")), "contacts[0].name.first_name", "empty"),
        (card(phones=(ContactPhone(""),)), "contacts[0].phones[0].phone", "empty"),
        (card(emails=(ContactEmail("", "WORK"),)), "contacts[0].emails[0].email", "empty"),
        (card(urls=(ContactUrl(" "),)), "contacts[0].urls[0].url", "empty"),
        (card(addresses=(ContactAddress(type="HOME"),)), "contacts[0].addresses[0]", "empty"),
        (
            card(addresses=(ContactAddress("Rua", country_code="BRA"),)),
            "contacts[0].addresses[0].country_code",
            "bad_format",
        ),
        (card(org=ContactOrg()), "contacts[0].org", "empty"),
        (card(birthday="28/02/1990"), "contacts[0].birthday", "bad_format"),
        (card(birthday="1990-02-30"), "contacts[0].birthday", "bad_format"),
        (card(birthday="19900228"), "contacts[0].birthday", "bad_format"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_card_is_whole(message: ContactsMessage, field: str, rule: str) -> None:
    found = ContactsMessageValidator().validate(message)
    assert [(each.field, each.rule) for each in found] == [(field, rule)]
    assert VALIDATOR.validate(message) == found


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (flow(flow_id=""), Violation("flow_id", "empty", 1, 0)),
        (flow(token=" t"), Violation("token", "outer_spaces", 0, 1)),
        (flow(token=""), Violation("token", "empty", 1, 0)),
        (flow(data={"a": 1}), Violation("screen", "empty", 1, 0)),
        (flow(screen="A", data={"a": 1j}), Violation("data", "not_json", 0, 1)),
        (flow(screen="A", data={"a": "\ud83d"}), Violation("data", "not_json", 0, 1)),
        (flow(action="data_exchange", screen="AB"), Violation("screen", "not_allowed", 0, 2)),
        (flow(action="data_exchange", data={"a": 1}), Violation("data", "not_allowed", 0, 1)),
        (AddressMessage("c", "BR"), Violation("country", "unsupported", 1, 2)),
        (
            AddressMessage("c", saved_addresses=(SavedAddress("", {}),)),
            Violation("saved_addresses[0].id", "empty", 1, 0),
        ),
        (
            AddressMessage("c", saved_addresses=(SavedAddress("a", {}), SavedAddress("a", {}))),
            Violation("saved_addresses.id", "repeated", 0, 1),
        ),
        (AddressMessage("c", values={"name": "\ud83d"}), Violation("values", "not_json", 0, 1)),
    ],
    ids=str,
)
def test_forms_and_deliveries(message: Message, expected: Violation) -> None:
    assert VALIDATOR.validate(message) == (expected,)


def test_a_form_opens_its_first_screen_or_the_one_it_is_told() -> None:
    assert VALIDATOR.validate(flow()) == ()
    assert VALIDATOR.validate(flow(screen="A")) == ()
    assert VALIDATOR.validate(flow(screen="A", data={"a": [1, None, "b"]})) == ()
    assert VALIDATOR.validate(flow(action="data_exchange")) == ()
