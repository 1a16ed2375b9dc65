"""Que instruções o modelo recebe? As de `prompts/front_desk.toml`, em partes, com versão e exemplos.

Promete: o arquivo é conferido ao carregar (as quatro partes, a versão, os exemplos na forma pedida).
`python -m pyloto_stream.ai.prompts` diz o resumo a escrever em `[releases]` quando uma palavra muda.
"""

import sys
import tomllib
from collections.abc import Mapping
from hashlib import blake2b
from importlib import resources

import msgspec

from pyloto_stream.ai.decision import decode
from pyloto_stream.conversation.data_files import product_folder
from pyloto_stream.conversation.records import Intent

PACKAGE, FILE = "pyloto_stream.ai", "front_desk.toml"


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


def parse(data: Mapping[str, object]) -> Prompts:
    """Confere um arquivo de instruções, já lido.

    Raises:
        ValueError: falta uma parte, ou a versão não está entre as que já existiram.
        OffSchemaError: um exemplo não tem a forma da resposta.
    """
    prompts = msgspec.convert(data, Prompts)
    if prompts.version not in prompts.releases:
        raise ValueError(f"{FILE}: version {prompts.version} is not among [releases]")
    for shot in prompts.shots:
        decode(shot.answer)
    return prompts


def _read() -> str:
    """As instruções de `PRODUCT_DATA/prompts`, se lá estão; senão as que se distribuem."""
    given = product_folder()
    if given is not None and (given / "prompts" / FILE).exists():
        return (given / "prompts" / FILE).read_text(encoding="utf-8")
    return (resources.files(PACKAGE) / "prompts" / FILE).read_text(encoding="utf-8")


PROMPTS = parse(tomllib.loads(_read()))

if __name__ == "__main__":
    sys.stdout.write(f'"{PROMPTS.version}" = "{PROMPTS.digest()}"\n')
