import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyloto_stream.errors import PermanentError
from pyloto_stream.stores.paths import path, segment, split


@given(name=st.text(min_size=1))
def test_a_segment_is_valid_in_every_store(name: str) -> None:
    text = segment(name)
    assert text.isascii()
    assert "/" not in text
    assert text not in {".", ".."}
    assert not (text.startswith("__") and text.endswith("__"))
    assert 0 < len(text) <= 512


@given(one=st.text(min_size=1), other=st.text(min_size=1))
def test_different_ids_never_share_a_segment(one: str, other: str) -> None:
    assert (segment(one) == segment(other)) == (one == other)


@pytest.mark.parametrize("name", ["wamid.HBgN==", "s01:handoff", "Ab-_9", "a.b", "_x", "x@y+z"])
def test_common_ids_stay_readable(name: str) -> None:
    assert segment(name) == name


@pytest.mark.parametrize(
    ("name", "text"),
    [("a/b", "a%2Fb"), ("..", "%2E%2E"), ("__x__", "%5F_x__"), ("~", "%7E"), ("%", "%25"), ("ç", "%C3%A7")],
)
def test_the_rest_is_percent_encoded(name: str, text: str) -> None:
    assert segment(name) == text


def test_a_long_id_becomes_a_digest_of_fixed_length() -> None:
    assert len(segment("x" * 512)) == 512
    assert len(segment("x" * 513)) == 44
    assert segment("x" * 513) != segment("x" * 514)


def test_an_empty_id_is_refused() -> None:
    with pytest.raises(PermanentError) as caught:
        path("conversations", "", "messages")
    assert caught.value.code == "empty_id"


def test_a_path_is_split_into_its_collection_and_name() -> None:
    at = path("conversations", "a/b", "messages", "c")
    assert at == "conversations/a%2Fb/messages/c"
    assert split(at) == ("conversations/a%2Fb/messages", "c")


names = st.text(alphabet="a/._~", min_size=1, max_size=5) | st.sampled_from(
    ["x" * 512, "x" * 513, "__x__", "a\n", ".."]
)


@given(several=st.lists(names, min_size=1, max_size=4))
def test_a_path_is_its_segments_whatever_the_ids(several: list[str]) -> None:
    assert path(*several) == "/".join(segment(name) for name in several)


@given(several=st.lists(names | st.just(""), min_size=1, max_size=4).filter(lambda several: "" in several))
def test_a_path_with_an_empty_id_is_refused(several: list[str]) -> None:
    with pytest.raises(PermanentError, match="empty"):
        path(*several)
