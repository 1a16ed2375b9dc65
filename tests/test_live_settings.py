"""Quem pergunta vê o valor em vigor, quem segue é avisado, e uma troca vale para todos ou para ninguém."""

import msgspec
import pytest

from pyloto_stream.errors import MisconfiguredError
from pyloto_stream.live_settings import LiveSettings
from pyloto_stream.settings import DEFAULTS, Settings
from pyloto_stream.settings_fields import Secret


def with_token(value: str) -> Settings:
    return msgspec.structs.replace(DEFAULTS, admin_token=Secret(value))


def test_a_part_is_made_once_per_change_and_a_follower_told_once() -> None:
    live, made, told = LiveSettings(with_token("one")), [], []

    def part(settings: Settings) -> str:
        made.append(settings.admin_token.reveal())
        return made[-1]

    current = live.of(part)
    live.follow(lambda settings: told.append(settings.admin_token.reveal()))
    assert [current(), current()] == ["one", "one"]
    live.replace(with_token("two"))
    assert [current(), current(), live.current().admin_token.reveal()] == ["two"] * 3
    assert made == told == ["one", "two"]


def test_one_refusal_leaves_everybody_with_what_was_there() -> None:
    live, told = LiveSettings(with_token("one")), []

    def refuse(settings: Settings) -> None:
        if settings.admin_token.reveal() != "one":
            raise MisconfiguredError("ADMIN_TOKEN: no")

    first = live.of(lambda settings: settings.admin_token.reveal())
    live.follow(lambda settings: told.append(settings.admin_token.reveal()))
    live.follow(refuse)
    last = live.of(lambda settings: settings.admin_token.reveal())
    with pytest.raises(MisconfiguredError):
        live.replace(with_token("two"))
    assert [first(), last(), live.current().admin_token.reveal()] == ["one"] * 3
    assert told == ["one", "two", "one"]


def test_who_refuses_what_holds_is_not_followed() -> None:
    live = LiveSettings(DEFAULTS)

    def refuse(_settings: Settings) -> None:
        raise MisconfiguredError("never")

    with pytest.raises(MisconfiguredError):
        live.follow(refuse)
    live.replace(with_token("two"))
    assert repr(live) == "<LiveSettings>"
