"""`Sealer` promete: só abre inteiro, no lugar e com a chave; a versão se vê, o texto não."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyloto_stream.stores.sealing import Sealer, UnopenableError, key_version

OLD, NEW = {1: b"1" * 32}, {7: b"7" * 32}
HERE = "user_profiles/a#name"
NAME, OTHERS = "Maria da Silva", "AZaz019-_.k~"
SIZE = len(Sealer(OLD).seal(NAME, context=HERE))


@given(st.text(st.characters(), max_size=200))
def test_any_text_opens_as_it_was_sealed_and_no_two_seals_are_equal(text: str) -> None:
    sealer = Sealer(OLD)
    one, other = sealer.seal(text, context=HERE), sealer.seal(text, context=HERE)
    assert one != other
    assert sealer.open(one, context=HERE) == sealer.open(other, context=HERE) == text


@given(st.integers(0, SIZE - 1), st.integers(1, len(OTHERS) - 1))
def test_one_changed_character_is_found_wherever_it_is(at: int, step: int) -> None:
    sealer = Sealer(OLD)
    sealed = sealer.seal(NAME, context=HERE)
    # nunca o mesmo, e sem que o sorteio dependa do selo, que é outro a cada vez
    other = OTHERS[(OTHERS.find(sealed[at]) + step) % len(OTHERS)]
    with pytest.raises(UnopenableError):
        sealer.open(sealed[:at] + other + sealed[at + 1 :], context=HERE)


def test_a_seal_has_one_spelling_only() -> None:
    sealer = Sealer(OLD)
    sealed = sealer.seal("a", context=HERE)  # 29 bytes: dois bits do último caractere sobram
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    twin = sealed[:-1] + alphabet[alphabet.index(sealed[-1]) + 1]
    with pytest.raises(UnopenableError) as refused:
        sealer.open(twin, context=HERE)
    assert refused.value.code == "broken_seal"


@pytest.mark.parametrize("cut", ["", "k1.", "k1.AAAA", "k0." + "A" * 40, "Maria", "k1." + "é" * 40])
def test_what_is_no_seal_is_told_as_broken(cut: str) -> None:
    assert key_version(cut) is None
    with pytest.raises(UnopenableError) as refused:
        Sealer(OLD).open(cut, context=HERE)
    assert refused.value.code == "broken_seal"


def test_a_seal_moved_to_another_document_or_field_does_not_open() -> None:
    sealer = Sealer(OLD)
    sealed = sealer.seal("Maria", context=HERE)
    for elsewhere in ("user_profiles/b#name", "user_profiles/a#phone", ""):
        with pytest.raises(UnopenableError) as refused:
            sealer.open(sealed, context=elsewhere)
        assert refused.value.code == "broken_seal"


def test_every_key_at_hand_opens_and_the_newest_seals() -> None:
    before = Sealer(OLD).seal("Maria", context=HERE)
    both = Sealer({**NEW, **OLD})
    assert both.open(before, context=HERE) == "Maria"
    after = both.seal("Maria", context=HERE)
    assert (key_version(before), key_version(after)) == (1, 7)
    assert Sealer(NEW).open(after, context=HERE) == "Maria"


def test_a_version_not_at_hand_is_named_and_is_not_called_broken() -> None:
    sealed = Sealer(NEW).seal("Maria", context=HERE)
    with pytest.raises(UnopenableError, match="key 7") as refused:
        Sealer(OLD).open(sealed, context=HERE)
    assert refused.value.code == "unknown_key_version"


def test_two_versions_with_the_same_bytes_are_still_told_apart() -> None:
    sealer = Sealer({1: b"1" * 32, 2: b"1" * 32})
    sealed = sealer.seal("Maria", context=HERE)
    with pytest.raises(UnopenableError):
        sealer.open("k1" + sealed.removeprefix("k2"), context=HERE)


@pytest.mark.parametrize("keys", [{}, {1: b"short"}, {0: b"0" * 32}])
def test_keys_that_could_not_seal_are_refused_at_once(keys: dict[int, bytes]) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Sealer(keys)


def test_renewed_keys_hold_from_then_on_and_useless_ones_change_nothing() -> None:
    sealer = Sealer(OLD)
    before = sealer.seal("Maria", context=HERE)
    sealer.renew({**OLD, **NEW})
    with pytest.raises(ValueError, match="32 bytes"):
        sealer.renew({})
    assert sealer.newest == 7
    assert sealer.open(before, context=HERE) == "Maria"
    assert key_version(sealer.seal("Maria", context=HERE)) == 7
