"""A chave de uma pessoa mudou entre duas entregas da mesma mensagem: ela entra uma vez só, e em ordem."""

import pytest

from tests.support import webhooks as meta
from tests.support.live import live, stored
from tests.support.webhooks import PHONE, Object

ID = "BR.new"
NEW: Object = {"from": "5541977776667", "from_user_id": "BR.next"}
PHONE_ONLY: Object = {"from": PHONE}
ID_ONLY: Object = {"from": "", "from_user_id": ID}
BOTH: Object = {"from_user_id": ID}
CHANGE = meta.typed(
    "system",
    {
        "type": "user_changed_number",
        "wa_id": NEW["from"],
        "user_id": NEW["from_user_id"],
        "previous_user_id": ID,
    },
    id="wamid.SYS",
)


def body(*messages: Object) -> bytes:
    return meta.body(*messages, contacts=None)


@pytest.mark.parametrize(
    ("earlier", "again", "between"),
    [
        pytest.param([BOTH], NEW, [CHANGE], id="written from the new number before the notice of it"),
        pytest.param([ID_ONLY], PHONE_ONLY, [meta.text("wamid.J") | BOTH], id="two histories joined"),
        pytest.param([BOTH], PHONE_ONLY, [CHANGE], id="written from the number that was left"),
    ],
)
async def test_i2_a_message_delivered_again_after_the_key_changed_enters_once(
    redis_url: str, earlier: list[Object], again: Object, between: list[Object]
) -> None:
    async with live(redis_url) as ingress:
        for n, who in enumerate(earlier):
            assert await ingress.post(body(meta.text(f"wamid.E{n}") | who)) == 200
        message = body(meta.text("wamid.M") | again)
        assert await ingress.post(message) == 200
        for other in between:
            assert await ingress.post(body(other)) == 200
        assert await ingress.post(message) == 200
        assert (await stored(redis_url)).messages["wamid.M"] == 1
        assert ingress.counted("message", "duplicate") == 1
