"""Cada contendor num processo seu, num Redis seu: o que falha diz por quê, e nada fica de pé."""

import os
import re
import sys
from pathlib import Path

import pytest

from bench.harness.children import ChildError, command, run
from bench.harness.machine import facts, redis_version
from bench.harness.servers import find_redis, free_port, redis_server


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_a_server_is_new_counts_its_work_and_ends_with_the_round() -> None:
    async with redis_server() as server:
        assert alive(server.pid)
        before = await server.commands()
        assert (await server.info("keyspace")) == {}
        assert (await server.info("persistence"))["aof_enabled"] == 0
        assert await server.commands() > before
        assert await server.cpu_s() >= 0
    assert not alive(server.pid)


async def test_a_server_that_cannot_start_says_why() -> None:
    with pytest.raises(RuntimeError, match="did not start"):
        async with redis_server(options=("--maxmemory", "a lot")):
            pass


def test_ports_are_not_given_twice_in_a_row() -> None:
    assert len({free_port() for _ in range(20)}) == 20


async def test_the_last_line_of_a_child_is_its_result() -> None:
    program = "import os; print('noise'); print('{\"n\": ' + os.environ['N'] + '}')"
    assert await command(sys.executable, "-c", program, env={"N": "3"}) == {"n": 3}


@pytest.mark.parametrize(
    ("program", "told"),
    [
        ("raise SystemExit('no luck')", "ended with 1\nno luck"),
        ("print('words')", "not a JSON object\nwords"),
        ("print('[1]')", "not a JSON object"),
        ("import time; time.sleep(60)", "no result in 0 s"),
    ],
)
async def test_a_child_that_fails_is_quoted(program: str, told: str) -> None:
    with pytest.raises(ChildError, match=re.escape(told)):
        await command(sys.executable, "-c", program, timeout_s=0.4 if "sleep" in program else 30)


async def test_a_module_runs_at_the_root_of_the_project() -> None:
    with pytest.raises(ChildError, match=r"No module named bench\.nothing"):
        await run("bench.nothing")


def test_the_machine_is_told_without_its_name_or_a_path() -> None:
    told = facts(find_redis())
    assert told.redis.split()[0] in {"Redis", "Valkey"}
    assert told.cores >= 1
    assert set(told.libraries) >= {"redis", "uvloop"}
    words = " ".join((told.cpu, told.os, told.python, told.redis, *told.libraries.values(), told.at))
    assert os.uname().nodename not in words.split()
    assert str(Path.home()) not in words


def test_what_is_not_a_redis_server_is_refused() -> None:
    with pytest.raises(ValueError, match="not a redis server"):
        redis_version(Path(sys.executable))
