"""Outra empresa troca arquivos, não código: um assunto novo conversa até o fim, um ruim impede o início."""

import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from pyloto_stream.conversation.data_files import DataFileError, load_folder, load_toml, product_folder
from pyloto_stream.conversation.flow_checks import check_flows, check_options, check_placeholders
from pyloto_stream.conversation.flow_files import FLOW_FILES, PACKAGE, FlowFile, Option, fields_of
from pyloto_stream.conversation.texts import KNOWLEDGE, OPTIONS, Knowledge, Texts
from pyloto_stream.errors import MisconfiguredError
from tests.support.command import run
from tests.support.repository import ROOT

COURSES = """
[flow]
intent = "CURSOS"
title = "Cursos"
ends = "HANDOFF_HUMAN"
order = 7
impact = 5
points = 12
routing = "cursos"
intro = "Temos cursos presenciais e a distância."
fields = ["name", "course", "turn"]

[flow.option]
title = "Fazer um curso"
description = "Presencial ou a distância"

[field.course]
label = "Curso"
question = "Qual curso interessa?"
retry = "Pode dizer o nome do curso?"
parser = "text"

[field.turn]
label = "Turno"
question = "Em qual turno?"
retry = "Toque em uma das opções."
parser = "choice"
input = "buttons"
choices = [
  { value = "Manhã", title = "De manhã", words = ["manha"] },
  { value = "Noite", title = "À noite", words = ["noite"] },
]

[recognition]
words = ["curso*", "fazer|quero|tem aula*", "matricul*"]
"""
DIALOGUE = """
import json
from tests.support.hearing import Talk
from pyloto_stream.ai.listening import intent_of
from pyloto_stream.conversation.flows import INTENTS
from pyloto_stream.conversation.texts import OPTIONS

talk = Talk()
said = ("oi", "queria me matricular num curso", "Ana Souza", "padaria artesanal", "de noite")
replies = [talk.turn(text).reply for text in said]
print(json.dumps({
    "intents": INTENTS,
    "options": [option.title for option in OPTIONS],
    "said": [reply and reply.text for reply in replies],
    "kinds": [reply and reply.kind for reply in replies],
    "records": [r for s in talk.steps for r in json.loads(__import__("msgspec").json.encode(s.records))],
    "software": intent_of("preciso de um sistema sob medida para minha empresa"),
}))
"""


class Played(msgspec.Struct):
    """O que o processo da outra empresa conta."""

    intents: list[str]
    options: list[str]
    said: list[str | None]
    kinds: list[str | None]
    records: list[dict[str, object]]
    software: str


def written(folder: Path, **files: str) -> Path:
    """Uma pasta de dados; `flows__x` é `flows/x.toml`."""
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.toml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


def test_a_new_subject_is_a_file_and_talks_to_its_hand_off(tmp_path: Path) -> None:
    folder = written(tmp_path, flows__cursos=COURSES, flows__custom_software="# não fazemos\n")
    done = subprocess.run(
        [sys.executable, "-c", DIALOGUE], env={"PRODUCT_DATA": str(folder)}, cwd=ROOT, text=True,
        capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    played = msgspec.json.decode(done.stdout, type=Played)
    assert played.intents[-2:] == ["CURSOS", "UNSUPPORTED"]
    assert "CUSTOM_SOFTWARE" not in played.intents
    assert "Fazer um curso" in played.options
    assert "Sistema sob medida" not in played.options
    assert played.kinds == ["list", "text", "text", "buttons", "text"]
    assert [text and text.splitlines()[-1] for text in played.said[1:4]] == [
        "Qual é o seu nome?", "Qual curso interessa?", "Em qual turno?",
    ]  # fmt: skip
    (handoff,) = [record for record in played.records if record["record"] == "handoff"]
    assert (handoff["intent_primary"], handoff["routing"]) == ("CURSOS", "cursos")
    assert handoff["requirements"] == {"name": "Ana Souza", "course": "padaria artesanal", "turn": "Noite"}
    assert handoff["lead_score"] == 12 + 40
    assert played.software != "CUSTOM_SOFTWARE"


async def test_a_bad_file_stops_the_start_with_one_line(tmp_path: Path) -> None:
    folder = written(tmp_path, flows__cursos=COURSES.replace('routing = "cursos"\n', ""))
    line = "PRODUCT_DATA: flows/cursos.toml: flow.routing: missing"
    env = {"PRODUCT_DATA": str(folder)}
    check = await run("config", "check", env=env)
    worker = await run("worker", "--stage", "ai", env=env, folder=tmp_path)
    assert (check.code, check.err.splitlines()) == (2, [line])
    assert (worker.code, worker.err.splitlines()) == (2, [line])


def test_a_folder_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PRODUCT_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(MisconfiguredError, match=r"^PRODUCT_DATA: not a folder$"):
        product_folder()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("x = ", "Invalid value"),
        ('privacy_version = "1"', "missing required field"),
        ("\xff", "texts.toml"),
    ],
)
def test_a_file_that_cannot_be_read_as_expected_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, problem: str
) -> None:
    (tmp_path / "texts.toml").write_bytes(text.encode("latin-1"))
    monkeypatch.setenv("PRODUCT_DATA", str(tmp_path))
    with pytest.raises(DataFileError, match=rf"^PRODUCT_DATA: texts.toml: .*{problem}|can't decode"):
        load_toml(PACKAGE, "texts.toml", Texts)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('intent = "CURSOS"', 'intent = "cursos"', r"matching regex .* `\$.flow.intent`"),
        ('intent = "CURSOS"', 'intent = "UNSUPPORTED"', "not a subject"),
        ('intent = "CURSOS"', 'intent = "INSTITUTIONAL"', "INSTITUTIONAL is already in"),
        ('title = "Fazer um curso"', 'title = "Conhecer a Pyloto"', "already in"),
        ('title = "Fazer um curso"', 'title = "Fazer um curso de muitas e muitas horas"', "length <= 24"),
        ('title = "Fazer um curso"', 'title = "Curso"\naction = "human"', "title and a description only"),
        ('"turn"]', '"turn", "shift"]', "flow.fields: unknown: shift"),
        ('"turn"]', '"turn", "turn"]', "asked twice"),
        ('ends = "HANDOFF_HUMAN"', 'ends = "SELF_SERVE_INFO"', "nothing is asked"),
        ('ends = "HANDOFF_HUMAN"', 'ends = "SOLD"', "Invalid enum value 'SOLD'"),
        ('fields = ["name", "course", "turn"]', "fields = []", "at least one must be critical"),
        ("points = 12", 'questions = { city = "Onde?" }', "not asked: city"),
        ("points = 12", 'inputs = { turn = "list" }', "flow.inputs.turn: list: button is missing"),
        ("points = 12", 'inputs = { course = "location" }', "only for parser city"),
        ("points = 12", 'price = "10"', "unknown field `price`"),
        ('parser = "choice"\n', 'parser = "vibes"\n', "Invalid enum value 'vibes'"),
        ('title = "À noite"', 'title = "De manhã"', "two with the same title"),
        ('title = "À noite"', 'title = "Somente depois das oito"', "at most 20 characters"),
        ("[field.course]", "[field.name]", "defined twice: name"),
    ],
)  # fmt: skip
def test_a_subject_that_contradicts_itself_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, old: str, new: str, problem: str
) -> None:
    assert old in COURSES
    monkeypatch.setenv("PRODUCT_DATA", str(written(tmp_path, flows__cursos=COURSES.replace(old, new))))
    with pytest.raises(DataFileError, match=rf"PRODUCT_DATA: flows/cursos.toml: .*{problem}"):
        loaded()


SHIPPED = ROOT / "pyloto_stream" / "conversation" / "data"
UNSENDABLE = (
    ("texts.toml", r"^unsupported = .*$", 'unsupported = " "', "unsupported"),
    ("texts.toml", r"^options_button = .*$", 'options_button = "Ver todas as opções"', None),
    (
        "texts.toml",
        r"^options_button = .*$",
        'options_button = "Ver todas as opções que há"',
        "options_button",
    ),
    ("texts.toml", r"^continue_yes = .*$", 'continue_yes = "Sim, quero continuar agora"', "continue_yes"),
    ("texts.toml", r"^form_button = .*$", 'form_button = "Abrir formulário agora"', "form_button"),
    ("texts.toml", r"^urgent = .*$", "", "urgent"),
    ("texts.toml", r"^action = .*$", 'action = "humano"', "options"),
    ("knowledge.toml", r"^delivery = .*$", 'delivery = ""', "links"),
    ("knowledge.toml", r"^text = .*$", 'text = ""', r"topics\[0\]\.text"),
    ("knowledge.toml", r"(?s)^\[\[topics.*(?=\[\[commands)", "", "topics"),
)
"""O que a Meta recusaria, ou faltaria, no meio de uma conversa: arquivo, o que se troca, por quê, a chave."""


def test_texts_that_could_not_be_sent_stop_the_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PRODUCT_DATA", str(tmp_path))
    for name, old, new, key in UNSENDABLE:
        shape = Texts if name == "texts.toml" else Knowledge
        text, changed = re.subn(old, new, (SHIPPED / name).read_text("utf-8"), count=1, flags=re.MULTILINE)
        assert changed, old
        (tmp_path / name).write_text(text, "utf-8")
        if key is None:
            load_toml(PACKAGE, name, shape)
            continue
        with pytest.raises(DataFileError, match=rf"PRODUCT_DATA: {name}: .*{key}"):
            load_toml(PACKAGE, name, shape)


@pytest.mark.parametrize(
    ("option", "problem"),
    [
        (Option("Cursos", intent="CURSOS"), "Cursos: takes an action, and no intent"),
        (Option("Cursos"), "Cursos: takes an action, and no intent"),
        (Option("Sistema sob medida", action="human"), "twice in the list: Sistema sob medida"),
        (Option("Um atendente", action="human"), "twice in the list: do:human"),
    ],
)
def test_a_row_that_does_nothing_or_twice_the_same_is_refused(option: Option, problem: str) -> None:
    with pytest.raises(DataFileError, match=problem):
        check_options("texts.toml", (option,), (*OPTIONS, option))


def test_an_elsewhere_without_its_link_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shop = COURSES.partition("[field.course]")[0]
    shop = shop.replace("HANDOFF_HUMAN", "ROUTE_EXTERNAL").replace('fields = ["name", "course", "turn"]', "")
    monkeypatch.setenv("PRODUCT_DATA", str(written(tmp_path, flows__cursos=shop)))
    with pytest.raises(DataFileError, match=r"flow\.link: not in knowledge\.toml"):
        loaded()
    written(tmp_path, flows__cursos=shop.replace("points = 12", 'link = "site"\nanswer = "Lá: {lnk}"'))
    with pytest.raises(DataFileError, match=r"flow.answer: must say \{link\} once"):
        loaded()


def test_the_list_of_subjects_has_an_end(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for n in range(4):
        text = COURSES.partition("[field.course]")[0].replace("CURSOS", f"CURSOS_{n}")
        text = text.replace("Fazer um curso", f"Curso {n}").replace('"course", "turn"', '"city"')
        written(tmp_path, **{f"flows__c{n}": text})
    monkeypatch.setenv("PRODUCT_DATA", str(tmp_path))
    with pytest.raises(DataFileError, match="flows: 10 subjects: a list takes 9"):
        loaded()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("handoff", "Anotei."),
        ("flood", "{summary}"),
        ("corrected", "{label"),
        ("failed", "{}"),
        ("queued", "{title:>5}"),
    ],
)
def test_a_text_whose_placeholders_nobody_fills_is_refused(name: str, text: str) -> None:
    with pytest.raises(DataFileError, match=rf"texts.toml: {name}: "):
        check_placeholders("texts.toml", {name: text})


def loaded() -> None:
    """Carrega e confere os assuntos, como ao importar."""
    files = load_folder(PACKAGE, "flows", FlowFile)
    assert len(files) > len(FLOW_FILES)
    check_flows(files, fields_of(files), KNOWLEDGE.links, extra_options=1)
