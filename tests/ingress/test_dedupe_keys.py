"""O que fica em `seen:*` não confirma palpites: a chave é um id que a Meta sorteou, ou depende da pimenta."""

import asyncio
import re

import msgspec
import pytest

from ingress.identities import Identities, NoAliases
from ingress.intake import offers_of
from ingress.ports import Offer
from pyloto_stream.conversation.records import ChannelRecord
from pyloto_stream.streams.model import Item, Unreadable
from pyloto_stream.whatsapp.webhook import read
from tests.support import webhooks as meta
from tests.support.ingress import NOW_MS, PEPPER
from tests.support.kinds import KINDS
from tests.support.kinds_fields import NOTICES
from tests.support.webhooks import PHONE, SENT_S, Json

DRAWN = re.compile(r"(message\0\d+|echo|status|call)\0(wamid|wacid)\.[^\0]+(\0|$)")
"""Chave que começa pelo id de uma mensagem ou ligação: centenas de bits que ninguém adivinha."""


def offers(body: bytes, pepper: bytes = PEPPER) -> list[Offer]:
    batch = read(body)
    keys = asyncio.run(Identities(pepper, NoAliases()).keys_of(batch))
    return offers_of(batch, keys, NOW_MS, "c1")


def keys_of(body: bytes, pepper: bytes = PEPPER) -> list[str]:
    return [offer.dedupe_key for offer in offers(body, pepper)]


def preference(**changes: Json) -> bytes:
    told: Json = {
        "wa_id": PHONE, "category": "marketing_messages", "value": "stop", "timestamp": str(SENT_S),
        **changes,
    }  # fmt: skip
    value: Json = {"metadata": {"phone_number_id": meta.NUMBER}, "user_preferences": [told]}
    return meta.dump(meta.webhook(meta.entry(meta.change(value, "user_preferences"))))


def test_a_key_that_does_not_depend_on_the_pepper_names_an_id_that_meta_drew() -> None:
    bodies = [meta.dump(kind) for kind in KINDS.values()]
    bodies += [preference(), preference(value="whim"), meta.body({"from": PHONE}, None)]
    seen = 0
    for body in bodies:
        for key, other in zip(keys_of(body), keys_of(body, b"another"), strict=True):
            assert key != other or DRAWN.match(key), key
            seen += key != other
    assert seen > len(NOTICES)


@pytest.mark.parametrize(
    "body", [preference(), preference(value="whim"), meta.dump(KINDS["smb_app_state_sync"])],
    ids=["preference", "unreadable", "notice"],
)  # fmt: skip
def test_a_part_without_an_id_keeps_its_key_in_every_delivery_and_tells_nothing_of_it(body: bytes) -> None:
    (key,) = keys_of(body)
    assert keys_of(body) == [key]
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", key)


def test_another_wish_or_another_moment_is_another_preference() -> None:
    told = [preference(), preference(value="resume"), preference(timestamp=str(SENT_S + 1))]
    assert len({key for body in told for key in keys_of(body)}) == 3


def test_the_record_of_a_notice_is_not_named_by_its_content_either() -> None:
    def record(pepper: bytes) -> str:
        (offer,) = offers(meta.dump(KINDS["smb_app_state_sync"]), pepper)
        assert isinstance(offer, Item)
        return msgspec.json.decode(offer.event, type=ChannelRecord).id

    assert record(PEPPER) == record(PEPPER) != record(b"another")


def test_an_unreadable_part_that_was_kept_has_the_same_key_when_it_is_offered_again() -> None:
    (first,) = offers(preference(value="whim"))
    assert isinstance(first, Unreadable)
    assert keys_of(first.body) == [first.dedupe_key]
