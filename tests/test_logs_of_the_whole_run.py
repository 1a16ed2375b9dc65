"""Por último: nenhuma linha de log de toda a rodada traz telefone ou texto de mensagem."""

from pathlib import Path

import pytest

from tests.support.leaks import leaking, leaks
from tests.support.load import NAME, SAID
from tests.support.log_archive import lines

WHOLE_RUN = 500
"""Testes a partir dos quais a rodada é considerada inteira."""


def test_no_log_line_of_the_whole_run_has_a_phone_or_a_message_text(
    log_folder: Path, request: pytest.FixtureRequest
) -> None:
    found = list(lines(log_folder))
    assert leaking(found) == []
    if request.session.testscollected >= WHOLE_RUN:
        assert len(found) > 1000, "there is hardly any log to look at"
        assert any("worker" in name for name, _ in found), "no process of ours wrote a log"


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
def test_the_scan_finds_what_must_not_be_there(line: str) -> None:
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
