"""De que assuntos tratamos, e o que cada um pergunta? Um assunto é um arquivo (`flows/*.toml`), não código.

Promete: o conjunto das intenções, a ordem entre elas, o que se coleta, para onde vai e as palavras que as
reconhecem vêm dos dados; um arquivo que se contradiz impede o início, pelo nome e com o motivo. Só as duas
intenções que não são assunto (`ENTRY_UNKNOWN` e `UNSUPPORTED`) estão no código.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec

from pyloto_stream.conversation.data_files import DataFileError, load_folder, load_toml, shipped_folder
from pyloto_stream.conversation.records import Intent

PACKAGE = "pyloto_stream.conversation"
ENTRY: Intent = "ENTRY_UNKNOWN"
OUTSIDE: Intent = "UNSUPPORTED"

Parser = Literal[
    "name", "city", "choice", "choices", "choice_or_text", "company", "quantity", "text", "deadline", "budget"
]
Input = Literal["typed", "buttons", "list", "location"]
Ending = Literal["HANDOFF_HUMAN", "ROUTE_EXTERNAL", "SELF_SERVE_INFO"]
FieldName = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,39}\Z")]
Text = Annotated[str, msgspec.Meta(max_length=500, pattern=r"\S")]
"""Uma frase: a Meta recusa uma mensagem em branco."""
Title = Annotated[str, msgspec.Meta(max_length=24, pattern=r"\S")]


class FieldChoice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Uma opção de resposta; `words` são as frases que a reconhecem em texto digitado.

    `alone`: inclui as outras, e só vale se nenhuma outra foi dita (parser `choices`). `business`: quem a
    escolhe fala por uma empresa.
    """

    value: Annotated[str, msgspec.Meta(max_length=100, pattern=r"\S")]
    title: Title
    description: Annotated[str, msgspec.Meta(max_length=72)] = ""
    words: tuple[str, ...] = ()
    alone: bool = False
    business: bool = False


class Field(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Um dado a coletar (as chaves são explicadas no topo de `data/fields.toml`)."""

    label: Text
    question: Text
    retry: Text
    parser: Parser
    input: Input = "typed"
    button: Annotated[str, msgspec.Meta(max_length=20)] = ""
    critical: bool = True
    profile: str = ""
    volunteer: bool = False
    business: bool = False
    hints: tuple[str, ...] = ()
    choices: tuple[FieldChoice, ...] = ()


class Option(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Uma linha da lista de assuntos: leva a uma intenção ou a um gesto (`action`)."""

    title: Title
    description: Annotated[str, msgspec.Meta(max_length=72)] = ""
    intent: Intent | None = None
    action: Literal["", "human"] = ""

    @property
    def id(self) -> str:
        """Identificador da linha: `intent:<INTENT>` ou `do:<gesto>`."""
        return f"intent:{self.intent}" if self.intent else f"do:{self.action}"


class Flow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Um assunto. `title` o nomeia nos resumos; `option`, na lista de assuntos, na posição `order`.

    `ends`: coleta `fields` e vai a uma pessoa (`routing` diz a qual equipe), vai a outro canal (`answer`, com
    a ligação `link`; `reminder` no descanso) ou só informa (`answer`; vazio: os temas de `knowledge.toml`).
    `immediate`: necessidade que passa à frente das outras; `impact`: qual vem antes; `points`: quanto vale na
    nota do lead. `form`: o formulário que pergunta tudo de uma vez. `questions` e `inputs` trocam, aqui, a
    pergunta e a entrada de um campo. `decides_alone`: quem fala decide por si.
    """

    intent: Intent
    title: Text
    option: Option
    ends: Ending
    order: int
    impact: int = 0
    immediate: bool = False
    points: Annotated[int, msgspec.Meta(ge=0, le=30)] = 5
    routing: str = ""
    intro: str = ""
    answer: str = ""
    reminder: str = ""
    link: str = ""
    form: str = ""
    fields: tuple[str, ...] = ()
    questions: dict[str, Text] = {}
    inputs: dict[str, Input] = {}
    decides_alone: bool = False

    def input_of(self, name: str) -> Input:
        """Como se responde ao campo `name` neste assunto."""
        return self.inputs.get(name, FIELDS[name].input)


class FlowRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Uma regra de reconhecimento: todos os conceitos de `all`, nenhum de `none` (ver `ai/scoring.py`).

    Os conceitos são os do arquivo, os de `intents.toml` e as marcas e gestos de `lexicon.toml`.
    """

    all: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    score: Annotated[float, msgspec.Meta(gt=0, lt=1)] = 0.85
    none: tuple[str, ...] = ()


class Recognition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """O que faz as regras reconhecerem o assunto: frases que bastam (`words`), ou conceitos e regras."""

    words: tuple[str, ...] = ()
    concepts: dict[str, tuple[str, ...]] = {}
    rules: tuple[FlowRule, ...] = ()


class FlowFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`data/flows/*.toml`: o assunto, os dados que só ele usa e como é reconhecido."""

    flow: Flow
    field: dict[FieldName, Field] = {}
    recognition: Recognition = Recognition()


class _FieldFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    field: dict[FieldName, Field]


def fields_of(files: Mapping[str, FlowFile]) -> dict[str, Field]:
    """Todos os dados, dos arquivos dos assuntos e de `fields.toml`.

    Raises:
        DataFileError: um nome está em dois arquivos.
    """
    shared = load_toml(PACKAGE, "fields.toml", _FieldFile).field
    fields: dict[str, Field] = {}
    for name, file in files.items():
        if twice := file.field.keys() & (fields.keys() | shared.keys()):
            raise DataFileError(name, f"field defined twice: {', '.join(sorted(twice))}")
        fields |= file.field
    return {**shared, **fields}


FLOW_FILES = load_folder(PACKAGE, "flows", FlowFile)
FIELDS: Mapping[str, Field] = fields_of(FLOW_FILES)
SUBJECTS: Mapping[str, Flow] = {
    flow.intent: flow for flow in sorted((file.flow for file in FLOW_FILES.values()), key=lambda f: f.order)
}
"""Todos os assuntos, na ordem da lista."""
FLOWS: Mapping[str, Flow] = {i: flow for i, flow in SUBJECTS.items() if flow.ends == "HANDOFF_HUMAN"}
"""Os que coletam dados e vão a uma pessoa: os comerciais."""
INTENTS: tuple[Intent, ...] = (ENTRY, *SUBJECTS, OUTSIDE)
REMOVED = frozenset(file.flow.intent for file in shipped_folder(PACKAGE, "flows", FlowFile)) - {*INTENTS}
"""Os assuntos que distribuímos e que `PRODUCT_DATA` tirou."""
RECOGNITION: Mapping[str, Recognition] = {file.flow.intent: file.recognition for file in FLOW_FILES.values()}
