"""Uma chave que começa por um traço chega inteira a todo comando que recebe uma; a que não é texto, não."""

import string
from collections.abc import Iterator

import pytest
import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup

from pyloto_stream.cli.app import app
from tests.support.shell import Shell

KEY = "-" + string.ascii_letters + string.digits + "_-"


def commands(group: object) -> Iterator[TyperCommand]:
    if isinstance(group, TyperGroup):
        for command in group.commands.values():
            yield from commands(command)
    elif isinstance(group, TyperCommand):
        yield group


def test_a_key_that_begins_with_a_dash_is_no_option() -> None:
    root, taken = typer.main.get_command(app), list[str]()
    for command in commands(root):
        if not any(isinstance(p, TyperArgument) and p.name == "user_key" for p in command.params):
            continue
        with root.make_context("pyloto-stream", ["dev"], resilient_parsing=True) as above:
            context = command.make_context(command.name, [KEY], parent=above)
        assert context.params["user_key"] == KEY, command.name
        assert context.params.get("yes") in (None, False), command.name
        taken.append(str(command.name))
    assert {"forget", "export", "show", "takeover", "verify"} <= {*taken}


@pytest.mark.parametrize(
    "words",
    [("privacy", "export"), ("audit", "verify"),
     *(("conversation", act) for act in ("show", "takeover", "pause", "release", "close"))],
)  # fmt: skip
async def test_a_key_that_is_not_text_is_exit_2(words: tuple[str, ...], shell: Shell) -> None:
    done = await shell.run(*words, "\udcff")
    assert (done.code, done.out) == (2, "")
    assert "USER_KEY" in done.err
    assert "is not text" in done.err
    assert "Traceback" not in done.err
