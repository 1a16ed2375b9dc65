import io
import logging
import re
from typing import NoReturn

import pytest
from loguru import logger

from pyloto_stream.errors import PermanentError
from pyloto_stream.observability.correlation import correlated
from pyloto_stream.observability.logging import configure_logging
from pyloto_stream.settings_fields import Secret

from .conftest import Lines


def fail(error: Exception) -> NoReturn:
    raise error


class ClosedStream(io.StringIO):
    def write(self, _text: str) -> int:
        raise BrokenPipeError


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_json_line_has_time_level_event_process_and_extras(json_lines: Lines) -> None:
    logger.bind(stage="ai", entries=3).info("turn decided")
    line = json_lines.only
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", str(line.pop("ts")))
    assert line == {
        "level": "INFO", "event": "turn decided", "process": "worker-ai", "stage": "ai", "entries": 3,
    }  # fmt: skip


def test_a_line_is_one_line_whatever_it_holds(json_lines: Lines) -> None:
    logger.bind(note="a\nb").info("x\ny")
    assert json_lines.text.count("\n") == 1


def test_the_id_of_the_work_is_in_every_line_of_it(json_lines: Lines) -> None:
    with correlated("abc-1"):
        logger.info("one")
    logger.info("two")
    first, second = json_lines.all
    assert first["correlation_id"] == "abc-1"
    assert "correlation_id" not in second


def test_a_bound_correlation_id_wins_over_the_context(json_lines: Lines) -> None:
    with correlated("abc-1"):
        logger.bind(correlation_id="abc-2").info("one")
    assert json_lines.only["correlation_id"] == "abc-2"


def test_a_phone_as_correlation_id_is_masked(json_lines: Lines) -> None:
    logger.bind(correlation_id="5511912345678").info("one")
    assert json_lines.only["correlation_id"] == "***"


def test_personal_data_in_message_or_extras_is_masked(json_lines: Lines) -> None:
    extras = {"to": "+55 11 91234-5678", "message_id": "wamid.HBgNNTUx", "number": 5511912345678}
    logger.bind(**extras, wrapped=Secret("s3cret-value")).warning("sent to 5511912345678")
    assert "1234" not in json_lines.text
    assert "HBgN" not in json_lines.text
    assert "s3cret" not in json_lines.text
    assert json_lines.only["event"] == "sent to ***"


def test_an_extra_cannot_pose_as_a_fixed_field(json_lines: Lines) -> None:
    logger.bind(level="DEBUG", event="other").error("real")
    line = json_lines.only
    assert (line["level"], line["event"]) == ("ERROR", "real")
    assert (line["level_"], line["event_"]) == ("DEBUG", "other")


def test_user_text_with_braces_is_no_format(json_lines: Lines) -> None:
    logger.bind(code="x").info("{oops}")
    assert json_lines.only["event"] == "{oops}"


def test_below_the_level_nothing_is_written(console_lines: Lines) -> None:
    logger.debug("quiet")
    assert console_lines.text == ""


def test_of_a_foreign_exception_only_type_and_place_are_written(json_lines: Lines) -> None:
    secret_local = "Maria da Silva"
    try:
        fail(KeyError(secret_local))
    except KeyError:
        logger.exception("failed")
    error = json_lines.only["error"]
    assert isinstance(error, dict)
    assert error["type"] == "KeyError"
    assert "message" not in error
    assert error["frames"][-1].startswith("test_logging.py:")
    assert "Maria" not in json_lines.text


def test_of_our_exceptions_code_and_message_are_written(json_lines: Lines) -> None:
    try:
        fail(PermanentError("state does not decode", code="undecodable_state"))
    except PermanentError:
        logger.exception("failed")
    error = json_lines.only["error"]
    assert isinstance(error, dict)
    assert (error["code"], error["message"]) == ("undecodable_state", "state does not decode")


def test_an_exception_chain_shows_no_cause_text(json_lines: Lines) -> None:
    try:
        try:
            fail(ValueError("Maria da Silva"))
        except ValueError as cause:
            raise PermanentError(code="bad") from cause
    except PermanentError:
        logger.exception("failed")
    assert "Maria" not in json_lines.text


def test_deep_tracebacks_are_cut_to_their_end(json_lines: Lines) -> None:
    def dive(depth: int) -> None:
        if depth == 0:
            raise PermanentError
        dive(depth - 1)

    try:
        dive(40)
    except PermanentError:
        logger.exception("failed")
    error = json_lines.only["error"]
    assert isinstance(error, dict)
    assert len(error["frames"]) == 20
    assert error["frames"][-1].endswith(" dive")


def test_library_warnings_arrive_with_their_source(json_lines: Lines) -> None:
    logging.getLogger("aiohttp.server").warning("refused %s", "5511912345678")
    line = json_lines.only
    assert (line["level"], line["event"], line["logger"]) == ("WARNING", "refused ***", "aiohttp.server")


def test_library_chatter_stays_out_even_at_debug(json_lines: Lines) -> None:
    logging.getLogger("aiohttp.access").info("GET /webhooks/whatsapp?hub.verify_token=x")
    assert json_lines.text == ""


def test_library_exceptions_arrive_without_their_text(json_lines: Lines) -> None:
    try:
        fail(RuntimeError("Maria da Silva"))
    except RuntimeError:
        logging.getLogger("asyncio").exception("Task exception was never retrieved")
    error = json_lines.only["error"]
    assert isinstance(error, dict)
    assert error["type"] == "RuntimeError"
    assert "Maria" not in json_lines.text


def test_a_malformed_library_line_is_written_as_such() -> None:
    configure_logging("INFO", "json", "p", stream := io.StringIO())  # só o nosso a recebe
    logging.getLogger("lib").warning("%d items", "many")
    assert "malformed library log line" in stream.getvalue()


def test_a_library_level_of_its_own_becomes_a_warning(json_lines: Lines) -> None:
    logging.getLogger("lib").log(35, "odd")
    assert json_lines.only["level"] == "WARNING"


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_a_closed_output_does_not_stop_the_work(log_format: str) -> None:
    configure_logging("INFO", "json" if log_format == "json" else "console", "p", ClosedStream())
    logger.info("nobody reads this")


def test_configuring_again_replaces_the_output(json_lines: Lines) -> None:
    configure_logging("INFO", "json", "p", second := io.StringIO())
    logger.info("once")
    logging.getLogger("lib").warning("once")
    assert json_lines.text == ""
    assert second.getvalue().count("\n") == 2


def test_the_default_output_is_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("INFO", "json", "p")
    logger.info("hello")
    out, err = capsys.readouterr()
    assert (out, "hello" in err) == ("", True)


def test_a_console_line_reads_as_text(console_lines: Lines) -> None:
    logger.bind(stage="ai", data={"a": 1}).info("turn decided")
    assert re.fullmatch(
        r'\d\d:\d\d:\d\d\.\d{3} INFO     turn decided  stage=ai  data=\{"a":1\}\n', console_lines.text
    )


def test_a_console_error_names_type_code_and_place(console_lines: Lines) -> None:
    try:
        fail(PermanentError("state does not decode", code="undecodable_state"))
    except PermanentError:
        logger.exception("failed")
    event, error = console_lines.text.splitlines()
    assert event.endswith("ERROR    failed")
    assert "code=undecodable_state" in error
    assert "test_logging.py" in error


def test_the_console_draws_nothing_that_came_from_outside(console_lines: Lines) -> None:
    logger.bind(note="a\nb\033[31m").info("x")
    assert console_lines.text.endswith("note=a\\nb\\x1b[31m\n")


def test_a_terminal_gets_colours() -> None:
    configure_logging("INFO", "console", "p", stream := Terminal())
    logger.error("x")
    assert "\033[31mERROR" in stream.getvalue()
