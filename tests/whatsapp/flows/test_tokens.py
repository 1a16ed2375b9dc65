"""O token de um formulário: de quem é, até quando, e que ninguém mais o faz."""

import hmac
import json
from base64 import urlsafe_b64encode

import pytest

from pyloto_stream.whatsapp.flows.tokens import MAX_TOKEN, FlowTokens, TokenVerdict, signed_by_meta
from tests.support.flows import NOW_MS, OWNER, PEPPER, SECRET, token_of, tokens

SECONDS = 1000


def test_a_token_tells_its_form_and_session_to_the_conversation_it_is_of() -> None:
    checked = tokens().check(token_of(), now_ms=NOW_MS, user_key=OWNER)
    assert (checked.verdict, checked.form, checked.session_id) == (TokenVerdict.VALID, "driver_signup", "1")
    assert tokens().check(token_of(), now_ms=NOW_MS) == checked


def test_a_token_dies_at_the_end_of_its_time_and_not_before() -> None:
    made = FlowTokens(PEPPER, 60).make(form="f", user_key=OWNER, session_id="1", now_ms=NOW_MS)
    check = FlowTokens(PEPPER, 1).check
    assert check(made, now_ms=NOW_MS + 60 * SECONDS - 1).verdict is TokenVerdict.VALID
    assert check(made, now_ms=NOW_MS + 60 * SECONDS).verdict is TokenVerdict.EXPIRED


def test_a_token_of_another_conversation_is_foreign_and_tells_nothing() -> None:
    checked = tokens().check(token_of(), now_ms=NOW_MS, user_key="bia-key")
    assert (checked.verdict, checked.form) == (TokenVerdict.FOREIGN, "")


@pytest.mark.parametrize(
    ("token", "verdict"),
    [
        (None, TokenVerdict.MISSING),
        ("", TokenVerdict.MISSING),
        ("unused", TokenVerdict.UNUSED),
        ("p1", TokenVerdict.FORGED),
        ("p1..", TokenVerdict.FORGED),
        ("p1.é.é", TokenVerdict.FORGED),
        ("p1." + "A" * MAX_TOKEN, TokenVerdict.FORGED),
    ],
)
def test_what_is_no_token_of_ours_is_told_apart(token: str | None, verdict: TokenVerdict) -> None:
    assert tokens().check(token, now_ms=NOW_MS).verdict is verdict


def test_a_token_longer_than_any_of_ours_is_not_even_read() -> None:
    assert tokens().check(token_of("f" * MAX_TOKEN), now_ms=NOW_MS).verdict is TokenVerdict.FORGED


def test_i18_no_single_character_can_be_changed() -> None:
    good = token_of()
    for at in range(len(good)):
        for other in "A.z":
            if good[at] != other:
                bad = good[:at] + other + good[at + 1 :]
                assert tokens().check(bad, now_ms=NOW_MS).verdict is TokenVerdict.FORGED, at


def test_another_pepper_makes_other_tokens() -> None:
    assert FlowTokens(b"other", 3600).check(token_of(), now_ms=NOW_MS).verdict is TokenVerdict.FORGED


def test_a_token_is_short_url_safe_and_hides_whose_it_is() -> None:
    made = tokens().make(form="x" * 32, user_key="u" * 43, session_id="f" * 16, now_ms=NOW_MS)
    assert len(made) <= MAX_TOKEN
    assert set(made) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")
    assert "u" * 8 not in made
    assert token_of() == token_of()


def jwt(secret: bytes, header: object, claims: object) -> str:
    def part(raw: bytes) -> str:
        return urlsafe_b64encode(raw).rstrip(b"=").decode()

    signed = f"{part(json.dumps(header).encode())}.{part(json.dumps(claims).encode())}"
    return f"{signed}.{part(hmac.digest(secret, signed.encode(), 'sha256'))}"


HS256 = {"alg": "HS256", "typ": "JWT"}


def test_the_signature_of_meta_is_checked_with_every_secret() -> None:
    good = jwt(SECRET, HS256, {"flow_token": "t"})
    assert signed_by_meta(good, "t", (b"new", SECRET))
    assert signed_by_meta(jwt(SECRET, HS256, {"iat": 1}), "t", (SECRET,))


@pytest.mark.parametrize(
    "signature",
    [
        jwt(b"other", HS256, {"flow_token": "t"}),
        jwt(SECRET, HS256, {"flow_token": "u"}),
        jwt(SECRET, {"alg": "none"}, {"flow_token": "t"}),
        jwt(SECRET, HS256, [1]),
        jwt(SECRET, [], {}),
        jwt(SECRET, HS256, {"flow_token": "t"})[:-1],
        "a.b.c",
        "é",
        "..",
    ],
)
def test_a_signature_that_is_not_of_meta_is_refused(signature: str) -> None:
    assert not signed_by_meta(signature, "t", (SECRET,))
