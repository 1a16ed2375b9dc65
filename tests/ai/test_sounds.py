import pytest

from pyloto_stream.ai.sounds import sound_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("goyania", "goiania"),
        ("xapeco", "chapeco"),
        ("mojimirim", "mogimirim"),
        ("terezopolis", "teresopolis"),
        ("joinvile", "joinville"),
        ("kuritiba", "curitiba"),
        ("thomas", "tomas"),
        ("canpinas", "campinas"),
    ],
)
def test_spellings_that_sound_alike_are_one(one: str, other: str) -> None:
    assert sound_of(one) == sound_of(other)


def test_names_that_sound_different_stay_different() -> None:
    assert sound_of("cascavel") != sound_of("caxias")
    assert sound_of("quedas") != sound_of("cedas")


def test_many_names_are_read_at_once() -> None:
    assert sound_of("goyania\nxapeco").split("\n") == [sound_of("goiania"), sound_of("chapeco")]
