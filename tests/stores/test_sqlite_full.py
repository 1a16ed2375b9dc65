"""O arquivo quando o disco não aceita mais nada: o sistema recusa a escrita de verdade, e depois volta."""

import asyncio
import json
import sys
from pathlib import Path

from pyloto_stream.stores.sqlite import SqliteDocuments

FULL = """
import asyncio, json, pathlib, resource, sys
from pyloto_stream.errors import UnavailableError
from pyloto_stream.stores.ports import Create
from pyloto_stream.stores.sqlite import SqliteDocuments

def limit(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

async def main(path):
    documents = await SqliteDocuments.open(path)
    await documents.write(Create("left/0", {}), Create("right/0", {}))
    limit(path.with_name(path.name + "-wal").stat().st_size + 40_000)
    n, told = 1, []
    while len(told) < 3:
        try:
            text = "5542999998888" * 200
            await documents.write(Create(f"left/{n}", {"text": text}), Create(f"right/{n}", {"text": text}))
            n += 1
        except UnavailableError as error:
            told.append([error.code, str(error)])
    held = [await documents.count(side) for side in ("left", "right")]
    limit(resource.RLIM_INFINITY)
    await documents.write(Create("left/after", {}), Create("right/after", {}))
    await documents.close()
    print(json.dumps({"written": n, "told": told, "held": held}))

asyncio.run(main(pathlib.Path(sys.argv[1])))
"""


async def test_a_full_disk_is_an_outage_that_leaves_nothing_half_written_and_passes(tmp_path: Path) -> None:
    path = tmp_path / "documents.db"
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "error", "-c", FULL, str(path), stdout=pipe, stderr=pipe
    )
    out, err = await process.communicate()
    assert process.returncode == 0, err
    told = json.loads(out)
    assert told["written"] > 1
    assert told["held"] == [told["written"]] * 2
    for code, text in told["told"]:
        assert code == "store_unavailable"
        assert text.startswith("document store failed (SQLITE_")
        assert "5542999998888" not in text
        assert str(tmp_path) not in text
    again = await SqliteDocuments.open(path)
    assert [await again.count(side) for side in ("left", "right")] == [told["written"] + 1] * 2
    await again.close()
