"""Os segredos estão onde a configuração diz? Pergunta ao Secret Manager por todos os que o ambiente não dá.

Promete: diz nomes, nunca valores; não escreve. Limite: um opcional que não existe lá não é um problema.
"""

from collections.abc import Mapping

from pyloto_stream.cli.check import Check
from pyloto_stream.errors import MisconfiguredError
from pyloto_stream.secret_settings import REQUIRED, Place, look, secret_name, sorted_out
from pyloto_stream.stores.secret_reading import Found

WHERE = "Secret Manager"


async def secret_checks(environ: Mapping[str, str], place: Place) -> tuple[list[Check], dict[str, Found]]:
    """As respostas, e o que se leu: vazio se nada se pôde ler."""
    try:
        found = await look(environ, place)
    except MisconfiguredError as error:
        return [Check("secrets", "failed", str(error))], {}
    return [*_refused(found), *_read(found)], found


def _refused(found: Mapping[str, Found]) -> list[Check]:
    _, refused, absent = sorted_out(found)
    missing = {name: str(why) for name, why in absent.items() if name in REQUIRED}
    return [
        Check(f"secret {name}", "failed", f"{secret_name(name)} {why}")
        for name, why in (refused | missing).items()
    ]


def _read(found: Mapping[str, Found]) -> list[Check]:
    stored, _, absent = sorted_out(found)
    there = [f"{secret_name(name)} ({len(found[secret_name(name)].values)})" for name in stored]
    checks = []
    if there:
        checks.append(Check("secrets", "ok", f"{WHERE}, enabled versions in use: {', '.join(there)}"))
    if optional := [secret_name(name) for name in absent if name not in REQUIRED]:
        checks.append(Check("secrets not kept", "ok", ", ".join(optional)))
    return checks
