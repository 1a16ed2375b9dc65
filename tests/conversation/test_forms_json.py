"""Os Flow JSON que se publicam, pelas regras que a Meta documenta, lidas aqui sem o código que os serve.

Fonte: "Flow JSON" e "Components" da Meta (versão 7.3): nomes, limites de texto, `routing_model`, terminal.
"""

import json
import re
import tomllib
from collections.abc import Iterator
from importlib import resources
from typing import cast

import pytest

Json = dict[str, "object"]
DATA = resources.files("pyloto_stream.conversation") / "data"
NAMES = ("driver_signup", "merchant_signup", "custom_software")
FLOWS = {name: json.loads((DATA / "forms" / f"{name}.json").read_text("utf-8")) for name in NAMES}
FIELDS = tomllib.loads((DATA / "fields.toml").read_text("utf-8"))["field"]
for _file in (DATA / "flows").iterdir():
    FIELDS |= tomllib.loads(_file.read_text("utf-8")).get("field", {})
INPUTS = {"TextInput", "TextArea", "RadioButtonsGroup", "CheckboxGroup", "Dropdown"}
COMPONENTS = {"SingleColumnLayout", "Form", "Footer", "TextHeading", "TextSubheading", "TextBody", *INPUTS}
LIMITS = {
    ("TextHeading", "text"): 80, ("TextSubheading", "text"): 80, ("TextBody", "text"): 4096,
    ("TextInput", "label"): 20, ("TextArea", "label"): 20, ("Dropdown", "label"): 20,
    ("RadioButtonsGroup", "label"): 30, ("CheckboxGroup", "label"): 30, ("Footer", "label"): 35,
    ("TextInput", "helper-text"): 80, ("TextArea", "helper-text"): 80,
}  # fmt: skip
OPTION_LIMITS = {"title": 30, "description": 300}
MAX_OPTIONS = {"RadioButtonsGroup": 20, "CheckboxGroup": 20, "Dropdown": 200}
every_flow = pytest.mark.parametrize("flow", FLOWS.values(), ids=NAMES)


def components(node: object) -> Iterator[Json]:
    """Todos os componentes, de fora para dentro."""
    if isinstance(node, dict):
        if "type" in node and "__example__" not in node:
            yield node
        for key, value in node.items():
            if key != "data":
                yield from components(value)
    elif isinstance(node, list):
        for value in node:
            yield from components(value)


def screens(flow: Json) -> list[Json]:
    return cast("list[Json]", flow["screens"])


def inputs(screen: Json) -> list[Json]:
    return [part for part in components(screen) if part["type"] in INPUTS]


def payload(screen: Json) -> dict[str, str]:
    footer = next(part for part in components(screen) if part["type"] == "Footer")
    action = cast("Json", footer["on-click-action"])
    assert action["name"] == "data_exchange"
    return cast("dict[str, str]", action["payload"])


@every_flow
def test_the_versions_are_current_and_screens_have_unique_allowed_ids(flow: Json) -> None:
    assert (flow["version"], flow["data_api_version"]) == ("7.3", "4.0")
    ids = [str(screen["id"]) for screen in screens(flow)]
    assert ids == ["ENTRY", "LIST", "FORM"]
    assert all(re.fullmatch(r"[A-Za-z_]+", name) and name != "SUCCESS" for name in ids)
    assert all(0 < len(str(screen["title"])) <= 30 for screen in screens(flow))


@every_flow
def test_the_routing_model_names_every_screen_leads_forward_and_reaches_all(flow: Json) -> None:
    model = cast("dict[str, list[str]]", flow["routing_model"])
    order = [str(screen["id"]) for screen in screens(flow)]
    assert list(model) == order
    for at, name in enumerate(order):
        assert set(model[name]) <= set(order[at + 1 :])
        assert len(model[name]) <= 10
    entered = {name for targets in model.values() for name in targets}
    assert set(order) - entered == {order[0]}, "exactly one entry screen"


@every_flow
def test_only_the_last_screen_is_terminal_and_every_screen_has_one_footer(flow: Json) -> None:
    terminal = [bool(screen.get("terminal")) for screen in screens(flow)]
    assert terminal == [False] * (len(terminal) - 1) + [True]
    for screen in screens(flow):
        assert [part["type"] for part in components(screen)].count("Footer") == 1


@every_flow
def test_only_known_components_within_the_limits_of_text(flow: Json) -> None:
    for screen in screens(flow):
        assert cast("Json", screen["layout"])["type"] == "SingleColumnLayout"
        parts = list(components(screen))
        assert {part["type"] for part in parts} <= COMPONENTS
        assert len(parts) <= 50
        for part in parts:
            for (kind, key), limit in LIMITS.items():
                if part["type"] == kind and key in part:
                    assert 0 < len(str(part[key])) <= limit, (key, part[key])
    assert len(json.dumps(flow)) < 10 * 1024 * 1024


@every_flow
def test_options_are_exactly_those_of_the_conversation(flow: Json) -> None:
    for part in (part for screen in screens(flow) for part in inputs(screen)):
        choices = FIELDS[str(part["name"])].get("choices", [])
        options = cast("list[dict[str, str]]", part.get("data-source", []))
        assert [(o["id"], o["title"], o.get("description", "")) for o in options] == [
            (c["value"], c["title"], c.get("description", "")) for c in choices
        ]
        assert bool(options) == (part["type"] in MAX_OPTIONS)
        assert len(options) <= MAX_OPTIONS.get(str(part["type"]), 0)
        for option in options:
            assert all(len(option.get(key, "")) <= limit for key, limit in OPTION_LIMITS.items())


@every_flow
def test_every_input_is_a_field_required_if_it_is_critical(flow: Json) -> None:
    parts = [part for screen in screens(flow) for part in inputs(screen)]
    names = [str(part["name"]) for part in parts]
    assert len(names) == len(set(names))
    for part in parts:
        field = FIELDS[str(part["name"])]
        required = field.get("critical", True) or bool(field.get("choices"))
        assert part["required"] is required


@every_flow
def test_each_screen_sends_its_own_fields_and_what_the_former_ones_asked(flow: Json) -> None:
    before: list[str] = []
    for screen in screens(flow):
        own = [str(part["name"]) for part in inputs(screen)]
        declared = cast("dict[str, Json]", screen["data"])
        assert list(declared) == before
        assert all(one["type"] == "string" and one["__example__"] for one in declared.values())
        wanted = {**{name: f"${{data.{name}}}" for name in before}, **{n: f"${{form.{n}}}" for n in own}}
        assert payload(screen) == wanted
        before += own
