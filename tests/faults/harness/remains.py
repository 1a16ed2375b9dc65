"""Onde ainda se lê algo de uma pessoa? Em documentos, objetos, e chaves do Redis, pelas duas vistas dele."""

from pathlib import Path

from pyloto_stream.stores.sqlite import SqliteDocuments
from pyloto_stream.streams.traces import traces
from tests.faults.harness.run import Run
from tests.support.dump import dump, naming
from tests.support.look import snapshot


async def remains(run: Run, documents: SqliteDocuments, words: tuple[str, ...]) -> set[str]:
    """Os lugares em que ocorre uma de `words`, com a rodada quieta."""
    found = naming(await dump(documents), words)
    needles = [word.encode() for word in words]
    folder = Path(run.settings.object_folder)
    for file in (place for place in folder.rglob("*") if place.is_file()):
        content = file.read_bytes() + str(file.relative_to(folder)).encode()
        if any(needle in content for needle in needles):
            found.add(f"object {file.relative_to(folder)}")
    found |= {f"redis {trace.key}" async for trace in traces(run.gateway, needles)}
    raw = await snapshot(run.observer_url)
    return found | {
        f"redis {key}" for key, value in raw.items() if any(w in key + repr(value) for w in words)
    }
