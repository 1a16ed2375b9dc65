"""A prova da trilha anda em dia? O dia da âncora assinada mais nova, se há com que assinar.

Promete: nada se escreve, e sem `AUDIT_ANCHOR_KEY` nada se diz. Limite: vê que há selo, não se confere; quem
confere é `audit verify --anchor`.
"""

import re

from consumers.objects import open_export_objects
from pyloto_stream.cli.check import Check, reason
from pyloto_stream.clock import Clock, system_clock
from pyloto_stream.errors import MisconfiguredError, UnavailableError
from pyloto_stream.settings import Settings
from pyloto_stream.stores.object_folder import FolderObjects
from pyloto_stream.stores.objects import Objects
from pyloto_stream.stores.times import DAY_MS, iso

NAME = "anchors"
LATE_DAYS = 2
DAILY = "run `pyloto-stream audit anchor` daily"
_SEAL = re.compile(r"anchors/(\d{4}-\d\d-\d\d)\.jsonl\.sig", re.ASCII)


async def anchor_checks(settings: Settings, clock: Clock = system_clock) -> list[Check]:
    """Uma resposta, se `AUDIT_ANCHOR_KEY` está posta."""
    if not settings.audit_anchor_key:
        return []
    try:
        objects = await _objects(settings)
        try:
            days = [named[1] async for e in objects.list("anchors/") if (named := _SEAL.fullmatch(e.path))]
        finally:
            await objects.close()
    except (MisconfiguredError, UnavailableError) as error:
        return [Check(NAME, "warning", f"the object store does not say: {reason(error)}")]
    newest = max(days, default="")
    if not newest:
        return [Check(NAME, "warning", f"AUDIT_ANCHOR_KEY is set and there is no signed anchor: {DAILY}")]
    late = newest < iso(clock() - LATE_DAYS * DAY_MS)[:10]
    detail = f"the newest signed one is of {newest}"
    return [Check(NAME, "warning" if late else "ok", f"{detail}: {DAILY}" if late else detail)]


async def _objects(settings: Settings) -> Objects:
    if settings.object_store == "folder":
        return FolderObjects(settings.object_folder)  # sem a abrir, que a criaria
    return await open_export_objects(settings)
