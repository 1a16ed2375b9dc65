"""A conta na Meta local: assinaturas com desafio de verdade, tokens, chave dos formulários e histórico."""

from urllib.parse import quote

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from pyloto_stream.simulator.config import APP_ID
from pyloto_stream.simulator.registry import fictional
from pyloto_stream.simulator.tokens import LONG_LIFE_MS
from pyloto_stream.whatsapp.messages import TextMessage
from tests.support.graph import closed_port
from tests.support.local_meta import Hands, code
from tests.support.simulation import APP_SECRET, CONFIG, NUMBER, TOKEN, VERIFY_TOKEN, World, webhook_server

Json = dict[str, object]
APPS = f"{CONFIG.waba_id}/subscribed_apps"
FIELDS = f"{APP_ID}/subscriptions"
KEY = f"{NUMBER}/whatsapp_business_encryption"
APP_TOKEN = f"{APP_ID}|{APP_SECRET}"
EXCHANGE = (
    f"oauth/access_token?grant_type=fb_exchange_token&client_id={APP_ID}&client_secret={APP_SECRET}"
    "&fb_exchange_token="
)


def pem(bits: int) -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits).public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


class TestSubscribedApps:
    async def test_listed_removed_and_added_again(self, hands: Hands) -> None:
        (entry,) = msgspec.convert((await hands.call("GET", APPS))[1]["data"], list[Json])
        assert entry == {"whatsapp_business_api_data": {"id": APP_ID, "name": "Pyloto"}}
        await hands.call("DELETE", APPS)
        assert (await hands.call("GET", APPS))[1] == {"data": []}
        override = {"override_callback_uri": "https://example.com", "verify_token": "x"}
        assert code((await hands.call("POST", APPS, override))[1]) == 100
        assert (await hands.call("POST", APPS))[1] == {"success": True}
        assert (await hands.call("GET", APPS))[1] != {"data": []}

    async def test_an_override_takes_the_messages_after_the_real_challenge(self, hands: Hands) -> None:
        async with webhook_server() as own, webhook_server() as of_app:
            hands.simulator.subscribe(of_app.url)
            wrong = {"override_callback_uri": own.url, "verify_token": "errado"}
            assert code((await hands.call("POST", APPS, form=wrong))[1]) == 2200
            right = wrong | {"verify_token": VERIFY_TOKEN}
            assert (await hands.call("POST", APPS, form=right))[1] == {"success": True}
            assert await hands.simulator.person(fictional(1)).say("Oi").accepted()
            assert await hands.simulator.notify("account_review_update", {"decision": "PENDING"}).accepted()
            assert (len(own.posts), len(of_app.posts)) == (1, 1)
            (entry,) = msgspec.convert((await hands.call("GET", APPS))[1]["data"], list[Json])
            assert entry["override_callback_uri"] == own.url

    async def test_an_address_too_long_is_refused(self, hands: Hands) -> None:
        form = {"override_callback_uri": "https://example.com/".ljust(201, "x")}
        assert code((await hands.call("POST", APPS, form=form))[1]) == 100


class TestSubscriptions:
    async def test_the_callback_changes_after_the_challenge(self, hands: Hands) -> None:
        async with webhook_server() as webhook:
            form = {
                "object": "whatsapp_business_account",
                "callback_url": webhook.url,
                "verify_token": VERIFY_TOKEN,
                "fields": "messages,account_update",
            }
            assert code((await hands.call("POST", FIELDS, form=form))[1]) == 15
            _, done = await hands.call("POST", FIELDS, form=form, token=APP_TOKEN)
            assert done == {"success": True}
            assert await hands.simulator.person(fictional(1)).say("Oi").accepted()
            _, listed = await hands.call("GET", FIELDS, token=APP_TOKEN)
            (entry,) = msgspec.convert(listed["data"], list[Json])
            assert entry["callback_url"] == webhook.url
            names = [each["name"] for each in msgspec.convert(entry["fields"], list[Json])]
            assert names == ["account_update", "messages"]

    async def test_a_field_not_subscribed_is_not_sent(self, hands: Hands) -> None:
        async with webhook_server() as webhook:
            form = {
                "object": "whatsapp_business_account",
                "callback_url": webhook.url,
                "verify_token": VERIFY_TOKEN,
                "fields": "messages",
            }
            await hands.call("POST", FIELDS, form=form, token=APP_TOKEN)
            assert not await hands.simulator.notify("flows", {"event": "X"}).accepted()
            assert await hands.simulator.person(fictional(1)).say("Oi").accepted()
            await hands.call("DELETE", APPS)
            unheard = hands.simulator.person(fictional(1)).say("Oi")
            assert (await unheard.first()).reason == "not_subscribed"
            assert len(webhook.posts) == 1

    @pytest.mark.parametrize(
        ("change", "expected"),
        [({"object": "page"}, 100), ({"fields": ""}, 100), ({"callback_url": "nada"}, 2200)],
    )
    async def test_what_is_not_right_is_refused(
        self, hands: Hands, change: dict[str, str], expected: int
    ) -> None:
        url = f"http://127.0.0.1:{closed_port()}/"
        form = {"object": "whatsapp_business_account", "callback_url": url, "fields": "messages"}
        assert code((await hands.call("POST", FIELDS, form=form | change, token=APP_TOKEN))[1]) == expected


class TestTokens:
    async def test_the_new_one_works_beside_the_old_until_revoked(self, hands: Hands) -> None:
        status, issued = await hands.call("GET", EXCHANGE + TOKEN)
        new = str(issued["access_token"])
        assert (status, issued["token_type"], issued["expires_in"]) == (200, "bearer", 60 * 24 * 60 * 60)
        for token in (TOKEN, new):
            assert (await hands.call("GET", NUMBER, token=token))[0] == 200
        hands.simulator.tokens.revoke(TOKEN)
        assert code((await hands.call("GET", NUMBER, token=TOKEN))[1]) == 190
        assert (await hands.call("GET", NUMBER, token=new))[0] == 200
        hands.now_ms += LONG_LIFE_MS
        assert code((await hands.call("GET", NUMBER, token=new))[1]) == 190

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            (EXCHANGE + "outro", 190),
            (EXCHANGE.replace(APP_SECRET, "x") + TOKEN, 101),
            ("oauth/access_token?grant_type=client_credentials", 100),
        ],
    )
    async def test_a_bad_exchange_is_refused(self, hands: Hands, query: str, expected: int) -> None:
        assert code((await hands.call("GET", query))[1]) == expected

    async def test_a_token_is_explained(self, hands: Hands) -> None:
        _, told = await hands.call("GET", f"debug_token?input_token={TOKEN}")
        assert msgspec.convert(told["data"], Json)["is_valid"] is True
        _, told = await hands.call("GET", "debug_token?input_token=outro")
        assert msgspec.convert(told["data"], Json)["is_valid"] is False
        assert code((await hands.call("GET", "debug_token"))[1]) == 100


class TestEncryption:
    async def test_a_key_of_2048_bits_is_kept_in_any_encoding(self, hands: Hands) -> None:
        assert (await hands.call("GET", KEY))[1] == {"data": []}
        key = pem(2048)
        for sent in ({"form": {"business_public_key": key}}, {"body": {"business_public_key": key}}):
            assert (await hands.call("POST", KEY, **sent))[1] == {"success": True}  # type: ignore[arg-type]
            assert hands.simulator.public_key() == key
        (entry,) = msgspec.convert((await hands.call("GET", KEY))[1]["data"], list[Json])
        assert entry == {"business_public_key": key, "business_public_key_signature_status": "VALID"}

    @pytest.mark.parametrize("key", ["", "nada", "-----BEGIN PUBLIC KEY-----\nAA\n-----END PUBLIC KEY-----"])
    async def test_what_is_no_key_is_100(self, hands: Hands, key: str) -> None:
        assert code((await hands.call("POST", KEY, form={"business_public_key": key}))[1]) == 100

    async def test_a_key_of_another_size_is_100(self, hands: Hands) -> None:
        assert code((await hands.call("POST", KEY, form={"business_public_key": pem(1024)}))[1]) == 100

    async def test_another_number_has_no_key_here(self, hands: Hands) -> None:
        assert code((await hands.call("GET", "1/whatsapp_business_encryption"))[1]) == 100


async def test_the_history_tells_what_was_told(world: World, hands: Hands) -> None:
    await world.simulator.person(fictional(1)).say("Oi").accepted()
    wamid = await world.send(TextMessage("Olá"), fictional(1).wa_id)
    await world.webhook.until(lambda: len(world.webhook.statuses) == 3)
    hands.url = world.url
    _, told = await hands.call("GET", f"{NUMBER}/message_history?message_id={quote(wamid, safe='')}")
    (entry,) = msgspec.convert(told["data"], list[Json])
    events = msgspec.convert(entry["events"], dict[str, list[Json]])["data"]
    assert [event["delivery_status"] for event in events] == ["SENT", "DELIVERED", "READ"]
    assert (await hands.call("GET", f"{NUMBER}/message_history?message_id=wamid.X"))[1] == {"data": []}
