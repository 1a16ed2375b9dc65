"""O que a documentação diz ainda é verdade? Tabelas conferidas com o código, links, comandos, promessas.

`PYLOTO_WRITE_DOCS=1` regrava as páginas geradas em vez de falhar.
"""

import ast
import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from prometheus_client import Counter
from prometheus_client.metrics import MetricWrapperBase
from typer.core import TyperGroup
from typer.main import get_command

from pyloto_stream.cli.app import app
from pyloto_stream.observability.metrics import Metrics
from pyloto_stream.observability.metrics_often import OftenHistogram
from pyloto_stream.secret_settings import SECRETS
from pyloto_stream.settings import DEFAULTS, VARIABLES
from pyloto_stream.settings_fields import expected, shown
from pyloto_stream.settings_text import ABOUT
from tests.support.repository import ROOT, pages

CONFIGURATION = """# Configuration

Only by environment variables. Durations are in seconds; an empty value counts as absent; secrets are masked.
`pyloto-stream config check` prints what is in force, and every wrong value at once. In staging and production
development defaults are refused.

This page is generated: `PYLOTO_WRITE_DOCS=1 .venv/bin/python -m pytest tests/test_docs.py` writes it anew.
"""


def configuration_page() -> str:
    """A página das variáveis, a partir das descrições e dos padrões."""
    known = {variable.name: variable for variable in VARIABLES}
    parts = [CONFIGURATION]
    for subject, variables in ABOUT.items():
        parts.append(f"\n## {subject}\n\n| Variable | Default | Accepts | Meaning |\n|---|---|---|---|\n")
        for name, about in variables.items():
            default = shown(getattr(DEFAULTS, known[name].attribute))
            accepts = expected(known[name].kind).removeprefix("must be ").removeprefix("must have the form ")
            accepts = "" if accepts == "is not accepted" else accepts
            if accepts.startswith("one of "):
                accepts = ", ".join(f"`{word}`" for word in accepts.removeprefix("one of ").split(", "))
            elif "[" in accepts:
                accepts = f"`{accepts}`"
            row = (f"`{name}`", f"`{default}`" if default else "", accepts, about)
            parts.append(f"| {' | '.join(row)} |\n")
    return "".join(parts)


def test_the_configuration_page_lists_every_variable_with_its_default() -> None:
    page = ROOT / "docs" / "configuration.md"
    wanted = configuration_page()
    if os.environ.get("PYLOTO_WRITE_DOCS"):
        page.write_text(wanted, encoding="utf-8")
    assert page.read_text(encoding="utf-8") == wanted, "run with PYLOTO_WRITE_DOCS=1"


def published() -> set[str]:
    """Cada métrica nossa como o Prometheus a mostra, seguida dos rótulos."""
    found = set()
    metrics = Metrics()
    for metric in (*vars(metrics).values(), *vars(metrics.model).values()):
        if isinstance(metric, MetricWrapperBase):
            name = next(iter(metric.describe())).name + ("_total" if isinstance(metric, Counter) else "")
            found.add(f"{name}: {', '.join(metric._labelnames)}")
        elif isinstance(metric, OftenHistogram):
            found.add(f"{metric.name}: {', '.join(metric.labels)}")
    return found


def test_the_operations_page_lists_exactly_the_metrics_there_are() -> None:
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(pyloto_\w+)` \|([\w, ]*)\|", text, re.MULTILINE)
    assert {f"{name}: {labels.strip()}" for name, labels in rows} == published()


def test_the_keys_of_the_architecture_page_are_those_of_the_data_model() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    model = (ROOT / "pyloto_stream" / "streams" / "lua" / "common.lua").read_text(encoding="utf-8")
    told = set(re.findall(r"`P:(\w+)", page))
    assert told == set(re.findall(r"^--.* P:(\w+)[: ]", model, re.MULTILINE))


def test_the_security_page_says_of_every_secret_what_it_protects_and_how_it_rotates() -> None:
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    rows = [
        row.split("|")[1:-1] for row in page.splitlines() if row.startswith("| `") and row.count("|") == 5
    ]
    assert sorted(name for row in rows for name in re.findall(r"`(\w+)`", row[0])) == sorted(SECRETS)
    assert all(cell.strip() for row in rows for cell in row)


@cache
def listed_in(path: Path) -> dict[str, str]:
    """Cada teste do arquivo e sua docstring."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = (node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return {node.name: ast.get_docstring(node) or "" for node in functions if node.name.startswith("test_")}


def promises() -> dict[str, list[tuple[str, str]]]:
    """Cada promessa de `docs/invariants.md` e os testes que ela cita: (arquivo, nome)."""
    text = (ROOT / "docs" / "invariants.md").read_text(encoding="utf-8")
    _, *sections = re.split(r"^## (?=I\d+ )", text, flags=re.MULTILINE)
    cited = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
    return {section.partition(" ")[0]: cited.findall(section) for section in sections}


def bears(identifier: str, name: str, docstring: str) -> bool:
    """O teste leva o id da promessa no nome ou na docstring?"""
    return f"_{identifier.lower()}_" in name or re.search(rf"\b{identifier}\b", docstring) is not None


def test_promises_are_numbered_without_gaps() -> None:
    assert list(promises()) == [f"I{n}" for n in range(1, len(promises()) + 1)]


@pytest.mark.parametrize("identifier", promises())
def test_a_promise_cites_tests_that_exist_and_one_bears_its_id(identifier: str) -> None:
    cited = promises()[identifier]
    missing = [f"{file}::{name}" for file, name in cited if name not in listed_in(ROOT / file)]
    assert cited
    assert missing == []
    assert any(bears(identifier, name, listed_in(ROOT / file)[name]) for file, name in cited)


def test_no_test_bears_the_id_of_a_promise_nobody_made() -> None:
    known = {identifier.lower() for identifier in promises()}
    used = {
        found
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in listed_in(path)
        for found in re.findall(r"^test_(i\d+)_", name)
    }
    assert used <= known


def links() -> Iterator[tuple[Path, str]]:
    for page in pages():
        text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            if "://" not in target and not target.startswith("mailto:"):
                yield page, target


def anchors(page: Path) -> set[str]:
    """Âncoras que os títulos de uma página Markdown dão."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


def test_relative_links_lead_somewhere() -> None:
    broken = []
    for page, target in links():
        file, _, anchor = target.partition("#")
        there = (page.parent / file).resolve() if file else page
        if not there.exists() or (anchor and there.suffix == ".md" and anchor not in anchors(there)):
            broken.append(f"{page.relative_to(ROOT)}: {target}")
    assert broken == []


def exists(words: list[str]) -> bool:
    """As primeiras palavras, até a primeira que já é argumento, nomeiam um comando?"""
    found: object = get_command(app)
    for word in words:
        if not isinstance(found, TyperGroup):
            return True
        if word not in found.commands:
            return False
        found = found.commands[word]
    return True


def test_commands_in_the_documents_exist() -> None:
    unknown = []
    for page in pages():
        for line in re.findall(r"(?:`|\$ )(?:[A-Z_]+=\S+ )*pyloto-stream ([^`\n]+)", page.read_text("utf-8")):
            words = [word for word in line.split() if re.fullmatch(r"[a-z][a-z-]*", word)]
            if not exists(words):
                unknown.append(f"{page.relative_to(ROOT)}: {line}")
    assert unknown == []


def test_make_targets_in_the_documents_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    texts = (page.read_text(encoding="utf-8") for page in pages())
    named = {name for text in texts for name in re.findall(r"(?:`|\$ )make ([a-z]+)", text)}
    assert named <= targets
