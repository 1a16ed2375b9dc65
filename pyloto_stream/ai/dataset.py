"""De que frases rotuladas se mede e se aprende? As de uma pasta, separadas por uma regra fixa.

Promete que uma frase fica sempre do mesmo lado, seja qual for a ordem ou o arquivo, e que nenhum erro
mostra o texto dela. As de `TRAINING_ONLY` ficam todas no treino: com `SEEN` as regras foram escritas;
`PRACTICE` foi escrito por quem as mede, e as outras de treino sem ler nem as frases nem as regras.
"""

from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Literal, NamedTuple

import msgspec

from pyloto_stream.ai.phrases import fold
from pyloto_stream.conversation.flows import FIELDS, INTENTS
from pyloto_stream.conversation.records import Intent

SHIPPED = resources.files("pyloto_stream.ai") / "data" / "dataset"
ANSWERS = "answers.tsv"
SEEN = "earlier.tsv"
PRACTICE = "practice.tsv"
PRACTICE_MORE = "practice_more.tsv"
PRACTICE_WIDE = "practice_wide.tsv"
PRACTICE_HARD = "practice_hard.tsv"
PRACTICE_FACTS = "practice_facts.tsv"
PRACTICE_ANSWERS = "practice_answers.tsv"
TRAINING_ONLY = (
    SEEN, PRACTICE, PRACTICE_MORE, PRACTICE_WIDE, PRACTICE_HARD, PRACTICE_FACTS, PRACTICE_ANSWERS,
)  # fmt: skip
YES_NO = "yes_no"
"""Em lugar de um campo: a resposta à pergunta se seguimos com o próximo assunto (`yes` ou `no`)."""
TEST_TENTHS = 3
Split = Literal["train", "test", "all"]


class Labelled(msgspec.Struct, frozen=True):
    """Uma frase, a intenção que uma pessoa lhe deu, os dados que há nela e o arquivo de onde vem."""

    intent: Intent
    text: str
    facts: dict[str, str] = {}
    home: str = ""


class Answer(msgspec.Struct, frozen=True):
    """O que se respondeu à pergunta por `field`, o valor a guardar (vazio: nenhum) e de onde vem."""

    field: str
    text: str
    expected: str
    home: str = ""


class Dataset(NamedTuple):
    """As frases e as respostas de uma pasta ou de um arquivo."""

    lines: tuple[Labelled, ...]
    answers: tuple[Answer, ...] = ()


class MalformedLineError(ValueError):
    """A linha `number` de um conjunto não tem a forma devida. Não carrega o conteúdo dela."""

    def __init__(self, number: int, problem: str, name: str = "") -> None:
        super().__init__(f"{name}{': ' if name else ''}line {number}: {problem}")
        self.number = number
        self.problem = problem


def is_test(text: str) -> bool:
    """Esta frase é das que ninguém olha? Três em dez, pelo resumo do texto dobrado."""
    digest = blake2b(fold(text).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % 10 < TEST_TENTHS


def part(dataset: Dataset, split: Split) -> Dataset:
    """O lado `split` de `dataset`."""
    if split == "all":
        return dataset
    wanted = split == "test"
    lines = (line for line in dataset.lines if _for_test(line) == wanted)
    return Dataset(tuple(lines), tuple(one for one in dataset.answers if _for_test(one) == wanted))


def _for_test(one: Labelled | Answer) -> bool:
    return one.home not in TRAINING_ONLY and is_test(one.text)


def read_dataset(source: Traversable) -> Dataset:
    """Lê um arquivo de frases, ou todos os `.tsv` de uma pasta (`answers.tsv` são as respostas).

    Raises:
        MalformedLineError: uma linha não tem a forma devida.
        OSError: não se consegue ler.
        UnicodeDecodeError: não é UTF-8.
    """
    if not source.is_dir():
        return Dataset(tuple(parse_dataset(_rows(source))))
    lines: list[Labelled] = []
    answers: list[Answer] = []
    for file in sorted(source.iterdir(), key=lambda file: file.name):
        if not file.name.endswith(".tsv"):
            continue
        try:
            if file.name in (ANSWERS, PRACTICE_ANSWERS):
                answers.extend(parse_answers(_rows(file), home=file.name))
            else:
                lines.extend(parse_dataset(_rows(file), home=file.name))
        except MalformedLineError as error:
            raise MalformedLineError(error.number, error.problem, file.name) from None
    return Dataset(tuple(lines), tuple(answers))


def parse_dataset(rows: Iterable[str], *, home: str = "") -> list[Labelled]:
    """Lê linhas `intenção<TAB>texto[<TAB>{dados}]`; linhas vazias e que começam por `#` são saltadas.

    Raises:
        MalformedLineError: falta a tabulação ou o texto, a intenção não existe ou os dados não se leem.
    """
    known: Mapping[str, Intent] = {intent: intent for intent in INTENTS}
    read: list[Labelled] = []
    for number, cells in _cells(rows):
        if len(cells) not in (2, 3) or not cells[1].strip():
            raise MalformedLineError(number, "expected intent<TAB>text")
        intent = known.get(cells[0].strip())
        if intent is None:
            raise MalformedLineError(number, "unknown intent")
        facts = _facts(number, cells[2]) if len(cells) > 2 else {}
        read.append(Labelled(intent, cells[1], facts, home))
    return read


def parse_answers(rows: Iterable[str], *, home: str = "") -> list[Answer]:
    """Lê linhas `campo<TAB>texto<TAB>valor esperado` (sem valor: nada se devia guardar).

    Raises:
        MalformedLineError: falta uma tabulação ou o campo não existe.
    """
    read: list[Answer] = []
    for number, cells in _cells(rows):
        if len(cells) not in (2, 3) or not cells[1].strip():
            raise MalformedLineError(number, "expected field<TAB>text<TAB>expected")
        if cells[0].strip() not in {*FIELDS, YES_NO}:
            raise MalformedLineError(number, "unknown field")
        read.append(Answer(cells[0].strip(), cells[1], cells[2].strip() if len(cells) > 2 else "", home))
    return read


def _rows(file: Traversable) -> list[str]:
    return file.read_text(encoding="utf-8").split("\n")


def _cells(rows: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    for number, row in enumerate(rows, start=1):
        line = row.rstrip("\r\n")
        if line.strip() and not line.startswith("#"):
            yield number, line.split("\t")


def _facts(number: int, cell: str) -> dict[str, str]:
    try:
        facts = msgspec.json.decode(cell or "{}", type=dict[str, str])
    except msgspec.MsgspecError:
        raise MalformedLineError(number, "facts are not a JSON object of texts") from None
    if facts.keys() - FIELDS.keys():
        raise MalformedLineError(number, "unknown field")
    return facts
