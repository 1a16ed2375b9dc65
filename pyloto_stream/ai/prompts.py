"""Que instruções o modelo recebe? As de `prompts/front_desk.toml`, em partes, com versão e exemplos.

Promete: o arquivo é conferido ao carregar (as quatro partes e o que se preenche em cada uma, a versão, os
exemplos na forma pedida); um que não serve impede o início, com o nome dele e o problema.
`python -m pyloto_stream.ai.prompts` diz o resumo a escrever em `[releases]` quando uma palavra muda.
"""

import sys
import tomllib
from collections.abc import Mapping
from hashlib import blake2b
from importlib import resources
from string import Template

import msgspec

from pyloto_stream.ai.decision import OffSchemaError, decode
from pyloto_stream.conversation.data_files import DataFileError, product_folder
from pyloto_stream.conversation.records import Intent

PACKAGE, FILE = "pyloto_stream.ai", "prompts/front_desk.toml"
PLACEHOLDERS: Mapping[str, frozenset[str]] = {
    "CLASSIFY_INTENT_SYSTEM": frozenset({"assuntos"}),
    "CLASSIFY_INTENT_USER": frozenset({"ativo", "resumos", "conversa", "fatos", "pergunta", "mensagens"}),
    "EXTRACT_ENTITIES": frozenset({"campos"}),
    "GENERATE_RESPONSE": frozenset({"conhecimento"}),
}
"""O que `briefing.py` preenche em cada parte."""


class Parts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """As quatro partes; `$nome` é preenchido por `briefing.py`."""

    CLASSIFY_INTENT_SYSTEM: str
    CLASSIFY_INTENT_USER: str
    EXTRACT_ENTITIES: str
    GENERATE_RESPONSE: str


class Shot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Um exemplo: o que a pessoa escreveu, em que ponto da conversa, e a resposta certa."""

    active: Intent
    text: str
    answer: str
    question: str = ""


class Prompts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`version` acompanha cada decisão; `releases` diz o resumo de cada versão que já existiu."""

    version: str
    releases: dict[str, str]
    parts: Parts
    intents: dict[Intent, str]
    shots: tuple[Shot, ...]

    def digest(self) -> str:
        """O resumo de tudo o que o modelo lê, fora a versão."""
        said = msgspec.json.encode((self.parts, self.intents, self.shots), order="deterministic")
        return blake2b(said, digest_size=8).hexdigest()


def parse(text: str) -> Prompts:
    """Lê e confere um arquivo de instruções.

    Raises:
        DataFileError: não é TOML, falta uma parte, as chaves `$` de uma não são as que se preenchem, a versão
            não está entre as que já existiram, ou um exemplo não tem a forma da resposta.
    """
    try:
        prompts = msgspec.convert(tomllib.loads(text), Prompts)
    except (msgspec.ValidationError, tomllib.TOMLDecodeError) as error:
        raise DataFileError(FILE, error) from error
    if prompts.version not in prompts.releases:
        raise DataFileError(FILE, f"version: {prompts.version} is not among [releases]")
    for name, wanted in PLACEHOLDERS.items():
        _check_placeholders(name, Template(getattr(prompts.parts, name)), wanted)
    for number, shot in enumerate(prompts.shots):
        _check_answer(number, shot)
    return prompts


def _check_answer(number: int, shot: Shot) -> None:
    try:
        decode(shot.answer)
    except OffSchemaError as error:
        raise DataFileError(FILE, f"shots[{number}].answer: {error}") from error


def _check_placeholders(name: str, part: Template, wanted: frozenset[str]) -> None:
    if not part.is_valid():
        raise DataFileError(FILE, f"parts.{name}: a lone $; write $$")
    if {*part.get_identifiers()} != wanted:
        listed = ", ".join(f"${key}" for key in sorted(wanted))
        raise DataFileError(FILE, f"parts.{name}: placeholders must be: {listed}")


def _read() -> str:
    """As instruções de `PRODUCT_DATA`, se lá estão; senão as que se distribuem.

    Raises:
        DataFileError: o arquivo não se lê, ou não é UTF-8.
    """
    given = product_folder()
    try:
        if given is not None and (given / FILE).exists():
            return (given / FILE).read_text(encoding="utf-8")
        return (resources.files(PACKAGE) / FILE).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataFileError(FILE, error) from error


PROMPTS = parse(_read())

if __name__ == "__main__":
    sys.stdout.write(f'"{PROMPTS.version}" = "{PROMPTS.digest()}"\n')
