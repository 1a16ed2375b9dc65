import ast
import inspect

import pytest

from pyloto_stream.conversation.reply import MAX_REPLY_CHARS
from pyloto_stream.errors import MisconfiguredError
from pyloto_stream.settings import DEFAULTS, load
from pyloto_stream.stores.channel_marks import UPGRADED_PER_SECOND
from pyloto_stream.whatsapp import limits


def test_a_reply_of_the_product_fits_in_every_kind_of_message() -> None:
    assert min(limits.TEXT_BODY, limits.INTERACTIVE_BODY, limits.LIST_BODY) >= MAX_REPLY_CHARS


def test_an_option_id_fits_in_a_button_and_in_a_row() -> None:
    assert min(limits.BUTTON_ID, limits.ROW_ID) == 200


def test_the_version_asked_for_is_the_one_the_limits_were_read_of() -> None:
    assert DEFAULTS.whatsapp_api_version == limits.GRAPH_VERSION


def test_what_may_be_configured_is_within_the_paces_of_meta() -> None:
    assert DEFAULTS.paces() == {"": float(limits.NUMBER_PER_SECOND)}
    assert DEFAULTS.pair_interval == limits.PAIR_INTERVAL_SECONDS
    assert UPGRADED_PER_SECOND == limits.NUMBER_PER_SECOND_UPGRADED
    most = {
        "WHATSAPP_MESSAGES_PER_SECOND": limits.NUMBER_PER_SECOND_UPGRADED,
        "PAIR_BURST": limits.PAIR_BURST,
    }
    for name, limit in most.items():
        assert load({name: str(limit)}) != DEFAULTS
        with pytest.raises(MisconfiguredError):
            load({name: str(limit + 1)})


def test_the_formats_are_those_of_the_documents() -> None:
    sizes = {kind: accepted.max_bytes for kind, accepted in limits.MEDIA_FORMATS.items()}
    mega = 1024 * 1024
    assert sizes == {
        "audio": 16 * mega,
        "document": 100 * mega,
        "image": 5 * mega,
        "sticker": 500 * 1024,
        "video": 16 * mega,
    }
    assert limits.MEDIA_FORMATS["image"].mimes == {"image/jpeg", "image/png"}
    assert limits.STATIC_STICKER_BYTES == 100 * 1024


def test_every_limit_says_where_it_comes_from() -> None:
    body = [node for node in ast.parse(inspect.getsource(limits)).body if not isinstance(node, ast.ClassDef)]
    for place, node in enumerate(body):
        if isinstance(node, ast.Assign | ast.AnnAssign):
            after = body[place + 1]
            assert isinstance(after, ast.Expr)
            assert isinstance(after.value, ast.Constant)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TEXT_BODY", 4096),
        ("INTERACTIVE_BODY", 1024),
        ("LIST_BODY", 1024),
        ("HEADER_TEXT", 60),
        ("FOOTER_TEXT", 60),
        ("BUTTONS", 3),
        ("BUTTON_TITLE", 20),
        ("BUTTON_ID", 256),
        ("LIST_BUTTON", 20),
        ("LIST_SECTIONS", 10),
        ("LIST_ROWS", 10),
        ("SECTION_TITLE", 24),
        ("ROW_ID", 200),
        ("ROW_TITLE", 24),
        ("ROW_DESCRIPTION", 72),
        ("CTA_LABEL", 20),
        ("MEDIA_CAPTION", 1024),
        ("OPAQUE_DATA", 512),
        ("WINDOW_MINUTES", 1440),
    ],
)
def test_limit_is_the_one_of_the_documents(name: str, value: int) -> None:
    assert getattr(limits, name) == value
