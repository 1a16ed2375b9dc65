"""O que a pessoa escreveu não muda a forma do arquivo, e o que houve com a mensagem se diz em palavras."""

import re
from pathlib import Path
from typing import get_args

import pytest
import pytest_asyncio

from pyloto_stream.conversation.flow_files import INTENTS
from pyloto_stream.conversation.handoff import HANDED_OVER
from pyloto_stream.conversation.person import LeadProfile
from pyloto_stream.conversation.records import Outcome
from pyloto_stream.records.export_forms import About
from pyloto_stream.records.export_readable import MarkdownForm, TextForm
from pyloto_stream.records.export_sessions import HandoffEntry, SessionEntry
from pyloto_stream.records.export_words import WORDS, escaped, safe
from pyloto_stream.stores.handoffs import LEVELS, Status
from pyloto_stream.stores.object_folder import FolderObjects
from pyloto_stream.stores.object_links import ObjectLinks
from pyloto_stream.stores.profile_document import Profile
from pyloto_stream.stores.sqlite import SqliteDocuments
from tests.support.exports import exported, talked
from tests.support.records import USER


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
        "Nome: Jacira Xavantina",
        "Aviso de privacidade mostrado em: 14/11/2023 19:13:20",
        "Nota: 85",
        "[14/11/2023 19:13:20] Pessoa: meu CPF é 529.982",
        "[14/11/2023 19:13:20] Pessoa: [mensagem apagada por quem a escreveu, em 14/11/2023 19:13:20]",
        "… [cortado]  (o texto foi cortado no limite do histórico)",
        f"Pessoa: [documento]  o documento  [arquivo {'ab' * 32}]",
        "Pessoa: [imagem]  [arquivo que não foi guardado]",
        "Pyloto: [botões]  oi (lida)",
        "Pyloto: [botões]  não chegou (falhou (código 131026))",
        "== Sessões ==\n[1]\nSessão: s1\nAberta em: 14/11/2023 19:13:20",
        "Desfecho: entregue a uma pessoa",
        "== Entregas a uma pessoa ==\n[1]\nEntrega: s1:handoff",
        "Resumo: Sistema sob medida / Nome: Jacira Xavantina / Empresa: Padaria Quimera",
        "Orçamento: não quis dizer",
        "== Trilha de auditoria ==",
        "Mensagens: 10. Sessões: 1. Entregas: 1. Fatos: ",
    ):
        assert said in text, said
    assert "segredo que apaguei" not in text
    assert text.index("meu CPF") < text.index("não chegou") < text.index("== Trilha de auditoria ==")
    assert text.rstrip().splitlines()[-1].startswith("Mensagens: 10.")


async def test_a_hostile_text_is_shown_and_obeyed_by_nobody(files: dict[str, str]) -> None:
    text, markdown = files["txt"], files["md"]
    for file in (text, markdown):
        assert not {"\u202e", "\x1b"} & set(file)
    assert "\n# título" not in text
    assert "\n    # título" in text
    assert not re.search(r"(?<!\\)[<`|](?=\w)", markdown)
    assert r"\<script>alert(1)" in markdown
    assert "\n> \\# título" in markdown
    assert "\n> \\- item" in markdown


async def test_every_column_of_the_trail_has_a_name_and_no_instant_is_written_twice_in_two_ways(
    files: dict[str, str],
) -> None:
    header = (
        "| Nº | Quando | Quem | O que houve | Detalhes | Resumo do fato (hash) |\n|---|---|---|---|---|---|\n"
    )
    assert header in files["md"]
    for file in files.values():
        assert not re.search(r"\d{4}-\d\d-\d\dT", file)
    assert "| 1 | 14/11/2023 19:13:20 | Pessoa | MESSAGE_RECEIVED | TEXT message=" in files["md"]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a|b", r"a\|b"), ("**a**", r"\*\*a\*\*"), ("[x](javascript:1)", r"\[x\](javascript\:1)"),
        ("`a`", r"\`a\`"), ("$x$", r"\$x$"), ("_a_ a_b_", r"\_a\_ a_b\_"), ("~~a~~", r"\~\~a\~\~"),
        ("<b>", r"\<b>"), ("&lt;", r"\&lt;"),
        ("http://x www.x", r"http\://x www\.x"), (":tada:", r"\:tada:"),
        ("a@b.c", r"a\@b.c"), ("\\", r"\\"),
        ("# a\n  - b\n1. c\n2) d\n> e", "\\# a\n\u00a0\u00a0\\- b\n1\\. c\n2\\) d\n\\> e"),
        ("    a", "\u00a0" * 4 + "a"),
    ],
)  # fmt: skip
def test_markup_is_escaped(text: str, written: str) -> None:
    assert escaped(text) == written


@pytest.mark.parametrize(
    "text",
    ["29/11/2026 12:01:06", "R$ 1.500,00 (à vista)", "lead_score", "a - b + c = d", "Curitiba & região",
     "C#, n.º 1!", "Prazo: já", "{x} a > b"],
)  # fmt: skip
def test_what_markdown_would_not_read_is_left_as_it_is(text: str) -> None:
    assert escaped(text) == text


@pytest.mark.parametrize("hidden", ["name", "facts.x"])
def test_a_value_of_many_lines_opens_no_other_part_of_the_file(hidden: str) -> None:
    about = About("e", USER, "2026-11-29T11:59:36.165-03:00", "ana", include_pii=True)
    for form in (TextForm(), MarkdownForm()):
        text = form.opening(about, [(hidden, "a\n\n== Fim ==\n## Fim")])
        assert not [line for line in text.splitlines() if line.startswith(("== Fim", "## Fim"))]


def test_every_question_subject_and_outcome_has_a_word() -> None:
    assert not HANDED_OVER - WORDS["answers"].keys()
    assert {*INTENTS, *get_args(Outcome), *get_args(Status), *LEVELS} <= WORDS["codes"].keys()
    told = (*Profile.__struct_fields__, *LeadProfile.__struct_fields__)
    fields = {*SessionEntry.__struct_fields__, *HandoffEntry.__struct_fields__, *told}
    unsaid = {"user_key", "tenant_id", "lead", "shows_phone", "schema", "facts", "requirements"}
    assert fields - unsaid <= WORDS["fields"].keys()


def test_emoji_and_line_breaks_are_not_obeyed_they_are_content() -> None:
    assert safe("👩\u200d👧\n\tfim") == "👩\u200d👧\n\tfim"
