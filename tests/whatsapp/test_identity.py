import re

import pytest

from pyloto_stream.whatsapp import identity as identities
from pyloto_stream.whatsapp.identity import (
    MAX_ID,
    RECENT,
    Person,
    canonical_phone,
    classify,
    identity,
    person_of,
    usable_id,
    user_key,
)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("554199990000", "phone"),
        ("123456", "phone"),
        ("123456789012345", "phone"),
        ("12345", "opaque"),
        ("1234567890123456", "opaque"),
        ("+554199990000", "phone"),
        ("++554199990000", "opaque"),
        ("+BR.123", "opaque"),
        ("٥٥٤١٩٩٩٩٠٠٠٠", "opaque"),
        ("554199990000\n", "opaque"),
        ("BR.70412290518836604517", "bsuid"),
        ("BR.ENT.55120937746120839914", "bsuid"),
        ("US.a", "bsuid"),
        ("US." + "a" * 128, "bsuid"),
        ("US." + "a" * 129, "opaque"),
        ("br.123", "opaque"),
        ("BRA.123", "opaque"),
        ("BR.", "opaque"),
        ("BR.1-2", "opaque"),
        ("", "opaque"),
        ("@ana.b", "opaque"),
    ],
)
def test_identifier_is_told_by_its_form(value: str, kind: str) -> None:
    assert classify(value) == kind


@pytest.mark.parametrize(
    ("digits", "canonical"),
    [
        ("5541999990000", "+5541999990000"),
        ("554199990000", "+5541999990000"),
        ("554169990000", "+5541969990000"),
        ("551188887777", "+5511988887777"),
        ("554133334444", "+554133334444"),
        ("554153334444", "+554153334444"),
        ("550199990000", "+550199990000"),
        ("551099990000", "+551099990000"),
        ("5215512345678", "+5215512345678"),
        ("5491123456789", "+5491123456789"),
        ("14155550100", "+14155550100"),
        ("+554199990000", "+5541999990000"),
    ],
)
def test_phone_has_one_canonical_form(digits: str, canonical: str) -> None:
    assert canonical_phone(digits) == canonical
    assert canonical_phone(canonical) == canonical


@pytest.mark.parametrize("digits", ["", "12345", "1" * 16, "55 41 99999-0000", "BR.123", "++5541999990000"])
def test_what_is_no_phone_is_refused(digits: str) -> None:
    with pytest.raises(ValueError, match="not a phone number"):
        canonical_phone(digits)


def test_identity_of_a_phone_is_canonical_and_of_others_is_prefixed() -> None:
    assert identity("554199990000") == "+5541999990000"
    assert identity("+554199990000") == identity("5541999990000") == "+5541999990000"
    assert identity("BR.123") == "bsuid:BR.123"
    assert identity("strange-id") == "bsuid:strange-id"


# calculado à parte: printf %s +5541999990000 | openssl dgst -sha256 -hmac pepper -binary | base64
def test_user_key_is_unpadded_base64url_of_hmac_sha256() -> None:
    assert user_key(b"pepper", "+5541999990000") == "OvMIa8l-dFIy_oaU4mFKN6VmsK5dbbxhOr0bdBBxnIk"


def test_with_and_without_ninth_digit_is_the_same_person() -> None:
    assert user_key(b"p", identity("554199990000")) == user_key(b"p", identity("5541999990000"))


@pytest.mark.parametrize("other", [(b"q", "+5541999990000"), (b"p", "+5541999990001"), (b"p", "bsuid:BR.1")])
def test_other_pepper_or_person_is_another_key(other: tuple[bytes, str]) -> None:
    assert user_key(*other) != user_key(b"p", "+5541999990000")


def test_user_key_reveals_nothing_and_fits_anywhere() -> None:
    key = user_key(b"p", "bsuid:BR.70412290518836604517")
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", key)


@pytest.mark.parametrize(
    ("value", "usable"),
    [
        ("a" * MAX_ID, "a" * MAX_ID),
        ("a" * (MAX_ID + 1), ""),
        ("", ""),
        (None, ""),
        (7, "7"),
        ("a\n", ""),
        ("é", ""),
    ],
)
def test_an_id_that_may_become_a_key_is_short_printable_ascii(value: str | int | None, usable: str) -> None:
    assert usable_id(value) == usable


def test_each_id_of_a_person_is_where_its_form_says_and_the_first_of_a_kind_counts() -> None:
    given = (None, "BR.ENT.9", "x" * (MAX_ID + 1), "BR.1", 554199990000, "BR.2", "5541999990000", "BR.ENT.8")
    assert person_of(*given) == Person("554199990000", "BR.1", "BR.ENT.9")
    assert person_of("") == Person()


def test_people_remembered_by_what_came_are_few_and_only_of_usable_ids() -> None:
    identities._people.clear()
    for number in range(RECENT + 10):
        assert person_of(f"5541{number:08}", None) is person_of(f"5541{number:08}", None)
    assert 0 < len(identities._people) <= RECENT
    identities._people.clear()
    for bad in ("x" * (MAX_ID + 1), "ação", "a\nb"):
        assert person_of(bad, "BR.1") == Person(user_id="BR.1")
        assert person_of(bad, None, "BR.1") == Person(user_id="BR.1")
    assert identities._people == {}
