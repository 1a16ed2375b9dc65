"""O que a pessoa escreveu não muda a forma do arquivo, e o que houve com a mensagem se diz em palavras."""

from pathlib import Path

import pytest
import pytest_asyncio

from pyloto_stream.records.export_words import escaped, safe
from pyloto_stream.stores.object_folder import FolderObjects
from pyloto_stream.stores.object_links import ObjectLinks
from pyloto_stream.stores.sqlite import SqliteDocuments
from tests.support.exports import exported, talked


@pytest_asyncio.fixture
async def files(tmp_path: Path) -> dict[str, str]:
    """A mesma conversa em texto e em Markdown, com tudo."""
    documents = await SqliteDocuments.open(tmp_path / "documents.db")
    objects = await FolderObjects.open_folder(tmp_path / "o", ObjectLinks(b"1" * 32, "http://127.0.0.1:1"))
    await talked(documents)
    found = {form: (await exported(documents, objects, form, personal=True))[1] for form in ("txt", "md")}
    await documents.close()
    return found


async def test_a_text_is_read_in_order_in_words_and_in_sao_paulo(files: dict[str, str]) -> None:
    text = files["txt"]
    for said in (
        "Horários: America/Sao_Paulo",
        "Dados pessoais: incluídos",
        "name: Jacira Xavantina",
        "[14/11/2023 19:13:20] Pessoa: meu CPF é 529.982",
        "[14/11/2023 19:13:20] Pessoa: [mensagem apagada por quem a escreveu, em 14/11/2023 19:13:20]",
        "… [cortado]  (o texto foi cortado no limite do histórico)",
        f"Pessoa: [documento]  o documento  [arquivo {'ab' * 32}]",
        "Pessoa: [imagem]  [arquivo que não foi guardado]",
        "Pyloto: [botões]  oi (lida)",
        "Pyloto: [botões]  não chegou (falhou (código 131026))",
        "== Trilha de auditoria ==",
        "10 mensagens e ",
    ):
        assert said in text, said
    assert "segredo que apaguei" not in text
    assert text.index("meu CPF") < text.index("não chegou") < text.index("== Trilha de auditoria ==")
    assert text.rstrip().splitlines()[-1].endswith("fatos.")


async def test_a_hostile_text_is_shown_and_obeyed_by_nobody(files: dict[str, str]) -> None:
    text, markdown = files["txt"], files["md"]
    for file in (text, markdown):
        assert not {"\u202e", "\x1b"} & set(file)
    assert "\n# título" not in text
    assert "\n    # título" in text
    assert "<script>" not in markdown
    assert r"\<script\>alert\(1\)" in markdown
    assert "\n> \\# título" in markdown
    assert "\n> \\- item" in markdown


@pytest.mark.parametrize("text", ["a|b", "**a**", "[x](javascript:1)", "`a`", "$x$", "a_b_", "~~a~~"])
def test_markup_is_escaped(text: str) -> None:
    assert all(escaped(text)[at - 1] == "\\" for at, c in enumerate(escaped(text)) if c in "|*[]()`$_~:")


def test_emoji_and_line_breaks_are_not_obeyed_they_are_content() -> None:
    assert safe("👩\u200d👧\n\tfim") == "👩\u200d👧\n\tfim"
