"""O que o nosso validador aceita, o juiz independente do simulador aceita, e volta a ser o que era."""

import json

import pytest
from hypothesis import given, settings

from pyloto_stream.simulator.rules import Send, judge
from pyloto_stream.whatsapp.messages import Message
from pyloto_stream.whatsapp.payloads import build, content_of
from pyloto_stream.whatsapp.validators import WhatsAppMessageValidator
from tests.support.outbound_kinds import OUTBOUND
from tests.support.outbound_strategies import MESSAGES

VALIDATOR = WhatsAppMessageValidator()
PHONE = "5541999990000"


def judged(message: Message) -> Send:
    found = judge(json.loads(build(message, to=PHONE, reply_id="v1.3.ab.0")))
    assert isinstance(found, Send)
    return found


@pytest.mark.parametrize("name", OUTBOUND)
def test_the_judge_accepts_a_sample_of_every_kind(name: str) -> None:
    kind, content = content_of(OUTBOUND[name])
    found = judged(OUTBOUND[name])
    assert (found.type, found.to, found.reply_id) == (kind, PHONE, "v1.3.ab.0")
    assert found.payload[kind] == json.loads(json.dumps(content))


@settings(max_examples=400, deadline=None)
@given(MESSAGES)
def test_what_we_accept_the_judge_accepts(message: Message) -> None:
    if VALIDATOR.validate(message):
        return
    kind, content = content_of(message)
    assert judged(message).payload[kind] == json.loads(json.dumps(content))
