"""Um laço preso derruba o seu processo, e diz onde estava; um laço vivo, por mais ocupado, não."""

import asyncio
import subprocess
import sys

from pyloto_stream.observability.watchdog import watch_loop

STALLED = """
import asyncio, time
from pyloto_stream.observability.watchdog import watch_loop

async def main():
    watching = asyncio.create_task(watch_loop(0.3))
    await asyncio.sleep(0.01)
    secret_of_the_caller = "+55 11 99999-0000"
    time.sleep({stall})
    watching.cancel()
    await asyncio.wait([watching])
    {after}
    print("alive")

asyncio.run(main())
"""


def run(stall: float, after: str = "") -> subprocess.CompletedProcess[str]:
    code = STALLED.format(stall=stall, after=after)
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False
    )


def test_a_stalled_loop_ends_the_process_and_shows_where_without_values() -> None:
    ended = run(20)
    assert ended.returncode == 1
    assert "Timeout" in ended.stderr
    assert "in main" in ended.stderr
    assert "9999" not in ended.stderr.replace(STALLED, "")
    assert "alive" not in ended.stdout


def test_a_loop_that_was_only_busy_goes_on() -> None:
    assert run(0.05).stdout == "alive\n"


def test_when_nobody_watches_any_more_a_stall_is_nobodys_business() -> None:
    assert run(0, "time.sleep(0.6)").stdout == "alive\n"


async def test_it_can_be_stopped_inside_a_loop() -> None:
    watching = asyncio.create_task(watch_loop(30))
    await asyncio.sleep(0)
    watching.cancel()
    await asyncio.wait([watching])
    assert watching.cancelled()
