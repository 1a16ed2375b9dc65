"""Pedaços de um pedido: o que se vê em cada um, com que custo, e o que nunca se guarda."""

import time

import pytest

from ingress.pieces import MAX_HEAD, Head, Pieces, Sight, Whole

START = b"POST /a HTTP/1.1\r\n"
HEAD = START + b"Host: a\r\n\r\n"


class Reading:
    """Cabeçalhos de um pedido com `length` bytes de corpo; anota quantas vezes os leram."""

    def __init__(self, length: int | None) -> None:
        self.length = length
        self.seen: list[bytes] = []

    def __call__(self, head: bytes) -> Head | None:
        self.seen.append(head)
        return None if self.length is None else Head(len(head), self.length, "", "", 0.0)


def sights(pieces: Pieces, data: bytes, size: int = 1) -> list[Whole | Sight]:
    return [pieces.add(data[at : at + size]) for at in range(0, len(data), size)]


@pytest.mark.parametrize("size", range(1, len(HEAD) + 5))
def test_in_pieces_of_any_size_it_is_whole_at_the_last_byte_and_its_head_is_read_once(size: int) -> None:
    reading = Reading(4)
    *before, last = sights(Pieces(START, reading), HEAD + b"body", size)
    assert set(before) <= {Sight.UNFINISHED}
    assert isinstance(last, Whole)
    assert (last.head.size, last.body) == (len(HEAD), b"body")
    assert reading.seen == [HEAD]


def test_the_head_is_not_read_before_its_blank_line() -> None:
    reading = Reading(4)
    assert set(sights(Pieces(START, reading), HEAD[:-1])) == {Sight.UNFINISHED}
    assert reading.seen == []


def test_another_start_is_known_at_its_first_byte() -> None:
    *before, last = sights(Pieces(START, Reading(4)), b"POST /b")
    assert set(before) == {Sight.UNFINISHED}
    assert last is Sight.UNUSUAL


@pytest.mark.parametrize("length", [None, 3])
def test_a_head_that_is_unusual_or_a_byte_too_many_is_seen_at_once(length: int | None) -> None:
    pieces = Pieces(START, Reading(length))
    assert pieces.add(HEAD + b"body") is Sight.UNUSUAL
    assert pieces.clear() == HEAD + b"body"
    assert not pieces.held


def test_a_head_without_end_is_held_up_to_the_limit_and_not_beyond() -> None:
    pieces = Pieces(START, Reading(4))
    assert pieces.add(START + b"a" * (MAX_HEAD - 1 - len(START))) is Sight.UNFINISHED
    assert len(pieces.held) == MAX_HEAD - 1
    assert pieces.add(b"a") is Sight.UNUSUAL


def test_a_head_may_take_all_of_the_limit() -> None:
    head = HEAD[:-4] + b"a" * (MAX_HEAD - len(HEAD)) + b"\r\n\r\n"
    longer = HEAD[:-4] + b"a" * (MAX_HEAD - len(HEAD) + 1) + b"\r\n\r\n"
    assert isinstance(Pieces(START, Reading(4)).add(head + b"body"), Whole)
    assert Pieces(START, Reading(4)).add(longer + b"body") is Sight.UNUSUAL


def test_what_was_cleared_does_not_come_back() -> None:
    pieces = Pieces(START, Reading(4))
    pieces.add(HEAD + b"bo")
    assert pieces.clear() == HEAD + b"bo"
    assert isinstance(pieces.add(HEAD + b"body"), Whole)


def test_many_small_pieces_cost_no_more_than_their_length() -> None:
    """Juntar ou procurar tudo de novo a cada pedaço levaria minutos."""
    size, started = 4_000_000, time.process_time()
    *before, last = sights(Pieces(START, Reading(size)), HEAD + b"a" * size, 32)
    assert set(before) == {Sight.UNFINISHED}
    assert isinstance(last, Whole)
    assert time.process_time() - started < 5
