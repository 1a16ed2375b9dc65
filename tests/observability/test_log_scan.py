"""Quem procura o que não devia estar no log (no fim da rodada, ver `log_folder`) sabe achá-lo?"""

import pytest

from tests.support.leaks import leaks
from tests.support.load import NAME, SAID


@pytest.mark.parametrize(
    "line",
    [
        '{"event":"request","to":"5511900000001"}',
        '{"event":"request","to":"+5511900000001"}',
        '{"event":"x 11900000001"}',
        '{"event":"x","user":"BR.100000900115"}',
        f'{{"event":"{SAID[0].upper()}"}}',
        f'{{"event":"{NAME}"}}',
    ],
)
def test_i12_the_scan_finds_what_must_not_be_there(line: str) -> None:
    assert leaks(line)


@pytest.mark.parametrize(
    "line",
    [
        '{"ts":"2026-11-25T15:04:05.123Z","event":"request","status":200,"duration_ms":1.25}',
        '{"correlation_id":"abcdefghijklmnop","stage":"ai"}',
    ],
)
def test_the_scan_lets_ordinary_lines_pass(line: str) -> None:
    assert not leaks(line)
