"""De que status `failed` a conversa fica sabendo? Só da janela fechada, e só de uma resposta nossa."""

import msgspec
import pytest

from pyloto_stream.conversation.events import Event, ReplyFailed
from pyloto_stream.streams.model import Settlement
from tests.ingress.test_intake import offers
from tests.support import webhooks as meta

OURS = "v1.3.ab.0"


def told(code: int | None, callback: str = OURS, word: str = "failed") -> bytes:
    errors: meta.Json = [] if code is None else [{"code": code}]
    item = meta.status("wamid.X", word, errors=errors, biz_opaque_callback_data=callback)
    (offer,) = offers(meta.body(statuses=[item]))
    assert isinstance(offer, Settlement)
    return offer.turn_event


def test_a_reply_that_the_closed_window_lost_is_told_to_its_conversation() -> None:
    event = msgspec.json.decode(told(131047), type=Event)
    assert isinstance(event, ReplyFailed)
    assert (event.reply_id, event.code, event.at_ms) == (OURS, 131047, meta.SENT_S * 1000)


@pytest.mark.parametrize(
    ("code", "callback", "word"),
    [
        (131026, OURS, "failed"),
        (None, OURS, "failed"),
        (131047, OURS, "sent"),
        (131047, "v1.3.ab.1", "failed"),
    ],
    ids=["another code", "no code", "not failed", "the template itself"],
)
def test_nothing_else_is_told(code: int | None, callback: str, word: str) -> None:
    assert told(code, callback, word) == b""
