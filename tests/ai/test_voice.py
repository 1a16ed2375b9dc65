"""Quanto dura um áudio, e o que vale do que se ouviu nele."""

from hypothesis import given
from hypothesis import strategies as st

from pyloto_stream.ai.voice import MAX_CHARS, MOST_BYTES, filename_of, most_bytes, said, seconds_of
from pyloto_stream.simulator.samples import OGG, voice_note


def test_a_voice_note_lasts_what_its_last_page_says() -> None:
    for seconds in (1, 2, 59, 300):
        assert seconds_of(voice_note(seconds), "audio/ogg") == seconds


def test_what_the_encoder_skips_at_the_start_is_not_counted() -> None:
    at = OGG.index(b"OpusHead") + 10
    skipping = OGG[:at] + (4800).to_bytes(2, "little") + OGG[at + 2 :]
    assert seconds_of(skipping, "audio/ogg") == 0.9


def test_a_page_without_a_position_is_passed_over() -> None:
    note = voice_note(3)
    unplaced = b"OggS\0\0" + b"\xff" * 8 + bytes(13)
    assert seconds_of(note + unplaced, "audio/ogg") == 3
    assert seconds_of(note + b"OggS", "audio/ogg") == 3


def test_other_formats_are_judged_by_their_size() -> None:
    assert seconds_of(bytes(160_000), "audio/mpeg") == 10
    assert seconds_of(bytes(16_000), "audio/amr") == 10
    assert seconds_of(b"OggS" + bytes(15_996), "audio/ogg") == 2


def test_a_file_that_lies_about_its_length_is_bounded_by_its_size() -> None:
    assert most_bytes(120) == 3_840_000
    assert most_bytes(3600) == MOST_BYTES


def test_a_file_name_says_the_format_and_nothing_else() -> None:
    assert [filename_of(mime) for mime in ("audio/ogg", "video/mp4", "audio/x", "../x")] == [
        "audio.ogg",
        "audio.m4a",
        "audio.ogg",
        "audio.ogg",
    ]


def test_silence_says_nothing() -> None:
    for transcript in ("", " \n", "...", "♪", "Legendas pela comunidade Amara.org", "[Música]", "Silêncio."):
        assert said(transcript) == ""
    assert said("  Quero um\n sistema ") == "Quero um sistema"
    assert len(said("a " * 9000)) == MAX_CHARS


@given(st.binary(max_size=300), st.binary(max_size=60))
def test_any_bytes_have_a_length(content: bytes, tail: bytes) -> None:
    assert seconds_of(content, "audio/ogg") >= 0
    assert seconds_of(OGG + tail, "audio/ogg") >= 0
