"""O que nunca pode estar num arquivo do projeto? Caminhos de uma máquina, registros, telefones, segredos."""

import re

import pytest

from tests.support.repository import ROOT, files

TEXT = {
    "", ".css", ".html", ".js", ".json", ".lock", ".lua", ".md", ".py", ".rules", ".sh", ".svg", ".toml",
    ".tsv", ".txt", ".typed", ".yml",
}  # fmt: skip

MACHINE = re.compile(r"(?<![\w.])/(?:root|work|home/[a-z]\w*|Users/\w+|mnt/\w+)/")
REGISTRY = re.compile(r"(?:pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|crates\.io|proxy\.golang\.org)")
SECRET = re.compile(
    r"EAA[A-Za-z0-9]{40,}|\bsk-[A-Za-z0-9_-]{24,}|\bAIza[A-Za-z0-9_-]{30,}|\bgh[pousr]_[A-Za-z0-9]{30,}"
    r"|\bAKIA[A-Z0-9]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY-----(?:\\n|\s)*[A-Za-z0-9+/]{48,}"
)
PHONE = re.compile(r"(?<![\w.-])\+?55[ .-]?\(?([1-9]{2})\)?[ .-]?(9?[2-9]\d{3})[ .-]?(\d{4})(?![\w-])")
MADE_UP = re.compile(r"(\d)\1{3}|1234")
"""Um número de teste mostra que foi inventado: quatro algarismos iguais seguidos, ou 1234."""


def looks_real(text: str) -> list[str]:
    """Telefones do Brasil em `text` que não se mostram inventados."""
    return [found[0] for found in PHONE.finditer(text) if not MADE_UP.search(found[2] + found[3])]


def textual() -> list[tuple[str, str]]:
    """Nome e conteúdo de cada arquivo de texto do projeto."""
    chosen = [path for path in files() if path.suffix in TEXT]
    return [(str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")) for path in chosen]


@pytest.mark.parametrize(
    ("what", "pattern"), [("machine path", MACHINE), ("registry", REGISTRY), ("secret", SECRET)]
)
def test_no_file_names_what_belongs_to_a_machine_or_an_account(what: str, pattern: re.Pattern[str]) -> None:
    found = [f"{what} in {name}: {hit[0][:40]}" for name, text in textual() for hit in pattern.finditer(text)]
    assert found == []


def test_no_file_holds_a_phone_that_could_be_somebodys() -> None:
    assert [(name, hit) for name, text in textual() if (hit := looks_real(text))] == []


@pytest.mark.parametrize(
    ("text", "real"),
    [
        ("5541" + "98713" + "2046", True),
        ("+55 (41) 9" + "8713-2046", True),
        ("554199990000", False),
        ("+55 11 91234-5678", False),
        ("due_ms=1763990000000", False),
    ],
)
def test_a_real_phone_is_told_from_an_invented_one(text: str, real: bool) -> None:  # noqa: FBT001 — tabela
    assert bool(looks_real(text)) is real


def test_every_text_file_is_read_and_nothing_binary_is_larger_than_a_screenshot() -> None:
    others = [path for path in files() if path.suffix not in TEXT]
    assert {path.suffix for path in others} <= {".png", ".ogg", ".pdf", ".jpg"}
    assert [path.name for path in others if path.stat().st_size > 1_000_000] == []
