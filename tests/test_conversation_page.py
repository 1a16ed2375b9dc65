"""A página `docs/conversation.md` diz o que os dados dizem?

`PYLOTO_WRITE_DOCS=1` regrava os pedaços gerados em vez de falhar.
"""

import os
import re
from functools import partial
from typing import get_args

from pyloto_stream.conversation.flow_files import FIELDS, INTENTS
from pyloto_stream.conversation.lifecycle import FinalOutcome
from pyloto_stream.conversation.understanding import Gesture
from tests.support.conversation_page import DOES, READS, WAYS, parts
from tests.support.repository import ROOT

PAGE = ROOT / "docs" / "conversation.md"


def _filled(text: str, place: re.Match[str]) -> str:
    return f"{place[1]}{text}\n{place[2]}"


def test_every_generated_part_of_the_page_is_what_the_data_say() -> None:
    wanted = PAGE.read_text("utf-8")
    for name, text in parts().items():
        place = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        assert place.search(wanted), f"docs/conversation.md has no place for {name}"
        wanted = place.sub(partial(_filled, text), wanted)
    if os.environ.get("PYLOTO_WRITE_DOCS"):
        PAGE.write_text(wanted, "utf-8")
    assert PAGE.read_text("utf-8") == wanted, "run with PYLOTO_WRITE_DOCS=1"


def test_nothing_of_the_contract_is_left_out_of_it() -> None:
    page = PAGE.read_text("utf-8")
    assert DOES.keys() == {*get_args(Gesture)} - {""}
    assert READS.keys() == WAYS.keys() == {*get_args(FinalOutcome)}
    for name in (*INTENTS, *FIELDS, *get_args(FinalOutcome)):
        assert f"`{name}`" in page
