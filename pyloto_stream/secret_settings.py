"""De onde vem um segredo que o ambiente não dá? Do Secret Manager, com `SECRETS_BACKEND=gcp`.

O nome ali é `pyloto-` e o da variável, em minúsculas e com hífens. Promete: o que o ambiente dá vale e não é
pedido; todo problema é dito de uma vez, pelos dois nomes e nunca pelo valor; as regras de `settings.py` valem
para o que foi lido. Limite: um segredo opcional que não existe lá conta como ausente.
"""

import asyncio
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from msgspec import inspect

from pyloto_stream.errors import MisconfiguredError, UnavailableError
from pyloto_stream.settings import VARIABLES, Settings, load
from pyloto_stream.settings_fields import Secret, SecretUrl, parse
from pyloto_stream.stores.secret_manager import SecretManager
from pyloto_stream.stores.secret_reading import ABSENT, Found, SecretReader, Trouble

PREFIX = "pyloto-"
CALL_S = 5.0
"""Prazo de cada pergunta no início: a primeira também abre TLS e busca credenciais."""
PEPPER = "PEPPER_SECRET"
EVERY_VERSION = frozenset({"WHATSAPP_WEBHOOK_SECRET", "FLOW_PRIVATE_KEY", "DATA_ENCRYPTION_KEY", PEPPER})
"""As de que interessam todas as versões ligadas; das outras, só a mais nova."""
FIXED = frozenset({PEPPER, "REDIS_URL", "HANDOFF_WEBHOOK_URL", "AUDIT_ANCHOR_KEY"})
"""As que valem do início ao fim de um processo."""
_DOWN = "secrets_unavailable"


class Place(NamedTuple):
    """Onde está o cofre."""

    project: str
    emulator_host: str


def _is_secret(kind: inspect.Type) -> bool:
    match kind:
        case inspect.CustomType(cls=cls):
            return cls in {Secret, SecretUrl}
        case inspect.VarTupleType(item_type=item):
            return _is_secret(item)
    return False


SECRETS = {variable.name: variable for variable in VARIABLES if _is_secret(variable.kind)}
REQUIRED = frozenset(name for name, each in SECRETS.items() if each.default and name != "REDIS_URL")
"""As que em desenvolvimento têm um valor à vista de todos: com um cofre, ele não serve."""


def secret_name(variable: str) -> str:
    """O nome no Secret Manager: `pyloto-whatsapp-access-token` para `WHATSAPP_ACCESS_TOKEN`."""
    return PREFIX + variable.lower().replace("_", "-")


def place_of(environ: Mapping[str, str]) -> Place | None:
    """Onde procurar, ou `None`: não se usa um cofre, ou o que diz onde ele está não serve (`load` o dirá)."""
    raw = {variable.name: environ.get(variable.name, "").strip() for variable in VARIABLES}
    project, host = raw["FIRESTORE_PROJECT_ID"], raw["SECRET_MANAGER_EMULATOR_HOST"]
    outside = (raw["ENVIRONMENT"] or "development") != "development"
    kind = next(each.kind for each in VARIABLES if each.name == "FIRESTORE_PROJECT_ID")
    try:
        parse(project, kind)
    except ValueError:
        return None
    if raw["SECRETS_BACKEND"] != "gcp" or not project or (host and outside):
        return None
    return Place(project, host)


def wanted(environ: Mapping[str, str], *, fixed: bool = True) -> dict[str, bool]:
    """O que pedir ao leitor: nome no cofre, e se de todas as versões. `fixed`: também as de `FIXED`."""
    return {
        secret_name(name): name in EVERY_VERSION
        for name in SECRETS
        if not environ.get(name, "").strip() and (fixed or name not in FIXED)
    }


async def look(environ: Mapping[str, str], place: Place) -> dict[str, Found]:
    """O que o cofre diz agora de tudo o que `environ` não dá, por nome no cofre.

    Raises:
        MisconfiguredError: falta o SDK, ou não há credenciais.
    """
    vault = await SecretManager.open(place.project, emulator_host=place.emulator_host, timeout_s=CALL_S)
    try:
        return await SecretReader(vault).read(wanted(environ))
    finally:
        await vault.close()


def load_settings(environ: Mapping[str, str]) -> Settings:
    """A configuração inteira de um processo, com os segredos; chamada fora de um laço.

    Raises:
        MisconfiguredError: uma linha por problema, na ordem das variáveis, sem valores.
        UnavailableError: o Secret Manager não respondeu; code `secrets_unavailable`.
    """
    place = place_of(environ)
    if place is None:
        return _without_vault(environ)
    return settled(environ, asyncio.run(look(environ, place)))


def settled(environ: Mapping[str, str], found: Mapping[str, Found]) -> Settings:
    """A configuração com o que `look` achou.

    Raises:
        MisconfiguredError, UnavailableError: ver `load_settings`.
    """
    stored, refused, absent = sorted_out(found)
    problems = {name: f"{name}: {secret_name(name)} {why}" for name, why in refused.items()}
    for name in absent.keys() & REQUIRED:
        problems[name] = f"{name}: {secret_name(name)} {absent[name]} in Secret Manager"
    down = {name for name, why in refused.items() if why == Trouble.DOWN}
    try:
        settings = load(environ, stored)
    except MisconfiguredError as error:
        for line in error.problems:
            name = line.partition(":")[0]
            note = f"; {secret_name(name)} {absent[name]} in Secret Manager" if name in absent else ""
            problems.setdefault(name, line + note)
    if not problems:
        return settings
    if problems.keys() <= down:
        names = ", ".join(name for name in SECRETS if name in down)
        raise UnavailableError(f"Secret Manager did not answer for {names}", code=_DOWN)
    raise MisconfiguredError(*(problems[each.name] for each in VARIABLES if each.name in problems))


def sorted_out(found: Mapping[str, Found]) -> tuple[dict[str, str], dict[str, str], dict[str, Trouble]]:
    """O que se achou, por variável: valores como no ambiente; o que não serve, e por quê; o que não há."""
    stored: dict[str, str] = {}
    refused: dict[str, str] = {}
    absent: dict[str, Trouble] = {}
    for name in SECRETS:
        answer = found.get(secret_name(name))
        if answer is None:
            continue
        if answer.trouble in ABSENT:
            absent[name] = answer.trouble
        elif answer.trouble is not None:
            refused[name] = answer.trouble
        elif name == PEPPER and len(answer.values) > 1:
            refused[name] = (
                "has several enabled versions, and must never change: leave the one in use enabled"
            )
        else:
            stored[name] = _joined(name, answer.values)
    return stored, refused, absent


def raw_of(settings: Settings, name: str) -> str:
    """O valor em vigor de um segredo, como o ambiente o daria."""
    value = getattr(settings, SECRETS[name].attribute)
    return ",".join(each.reveal() for each in value) if isinstance(value, tuple) else str(value.reveal())


def _joined(name: str, values: Iterable[tuple[str, str]]) -> str:
    """As versões de um segredo, da mais nova à mais velha, na forma que a variável tem no ambiente."""
    texts = [(version, text.strip()) for version, text in values]
    if name == "FLOW_PRIVATE_KEY":
        return "\n".join(text for _, text in texts)
    if name == "DATA_ENCRYPTION_KEY":  # uma chave sem versão leva a do cofre: a mesma enquanto ela existir
        texts = [(at, text if {":", ","} & set(text) else f"{at}:{text}") for at, text in texts]
        return ",".join(dict.fromkeys(part.strip() for _, text in texts for part in text.split(",")))
    return ",".join(dict.fromkeys(text for _, text in texts))


def _without_vault(environ: Mapping[str, str]) -> Settings:
    """Sem cofre é `load`; com um que não se sabe onde está, só se diz isso: os segredos nem foram pedidos."""
    try:
        return load(environ)
    except MisconfiguredError as error:
        if environ.get("SECRETS_BACKEND", "").strip() != "gcp":
            raise
        asked = {name for name in SECRETS if not environ.get(name, "").strip()}
        told = [line for line in error.problems if line.partition(":")[0] not in asked]
        raise MisconfiguredError(*(told or error.problems)) from None


def variables_of(names: Iterable[str]) -> str:
    """Nomes de variáveis, na ordem da configuração, para uma linha de log."""
    chosen = set(names)
    return ", ".join(name for name in SECRETS if name in chosen)
