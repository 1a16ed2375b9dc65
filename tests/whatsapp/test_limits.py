import ast
import inspect

import pytest

from pyloto_stream.conversation.reply import MAX_REPLY_CHARS
from pyloto_stream.whatsapp import limits


def test_a_reply_of_the_product_fits_in_every_kind_of_message() -> None:
    assert min(limits.TEXT_BODY, limits.INTERACTIVE_BODY, limits.LIST_BODY) >= MAX_REPLY_CHARS


def test_an_option_id_fits_in_a_button_and_in_a_row() -> None:
    assert min(limits.BUTTON_ID, limits.ROW_ID) == 200


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
    ],
)
def test_limit_is_the_one_of_the_documents(name: str, value: int) -> None:
    assert getattr(limits, name) == value
