import pytest

from pyloto_stream.whatsapp.signature import Verdict, sign, verify

SECRET = b"app-secret"
BODY = rb'{"text":"caf\u00e9 https:\/\/x"}'


# calculado à parte: printf %s '{"object":"x"}' | openssl dgst -sha256 -hmac app-secret
def test_signature_is_the_one_openssl_computes() -> None:
    expected = "sha256=d5155d7b870af79a2eef5f1d9bb1f504a6b118b5754ebad8462822594f4425ec"
    assert sign(SECRET, b'{"object":"x"}') == expected


def test_own_signature_is_accepted() -> None:
    assert verify([SECRET], BODY, sign(SECRET, BODY)) is Verdict.OK


@pytest.mark.parametrize("order", [(b"old", SECRET), (SECRET, b"old"), (SECRET, b"old", b"older")])
def test_any_of_several_secrets_is_accepted_while_rotating(order: tuple[bytes, ...]) -> None:
    assert verify(order, BODY, sign(SECRET, BODY)) is Verdict.OK


def test_one_changed_byte_is_wrong() -> None:
    assert verify([SECRET], BODY + b" ", sign(SECRET, BODY)) is Verdict.WRONG


def test_other_secret_is_wrong() -> None:
    assert verify([b"other"], BODY, sign(SECRET, BODY)) is Verdict.WRONG


def test_without_secrets_nothing_is_accepted() -> None:
    assert verify([], BODY, sign(SECRET, BODY)) is Verdict.WRONG


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "sha256=",
        "sha1=" + "0" * 40,
        "0" * 64,
        "sha256=" + "0" * 63,
        "sha256=" + "0" * 65,
        "sha256=" + "G" * 64,
        "sha256=" + "A" * 64,
        "SHA256=" + "0" * 64,
        "sha256=" + "0" * 64 + "\n",
        "sha256=" + "٠" * 64,
        " sha256=" + "0" * 64,
    ],
)
def test_absent_or_malformed_header_counts_as_missing(header: str | None) -> None:
    assert verify([SECRET], BODY, header) is Verdict.MISSING


def test_well_formed_header_of_nobody_is_wrong() -> None:
    assert verify([SECRET], BODY, "sha256=" + "0" * 64) is Verdict.WRONG
