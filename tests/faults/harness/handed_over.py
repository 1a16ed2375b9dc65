"""O que um CRM e quem lê a fila viram das entregas a pessoas?"""

from collections import Counter

from consumers.handoff import OUTLET
from pyloto_stream.stores.handoffs import HandoffStore
from pyloto_stream.stores.sqlite import SqliteDocuments
from tests.faults.harness.run import Run
from tests.support import look
from tests.support.crm import Crm


async def handed_over(run: Run, crm: Crm, documents: SqliteDocuments) -> list[str]:
    """Cada entrega registrada foi publicada uma vez, e recebida ao menos uma, assinada, sob o mesmo id."""
    waiting, _ = await HandoffStore(documents).queue(limit=1000)
    recorded = Counter(handoff.id for handoff in waiting)
    published = Counter[str]()
    for key in await look.found(run.redis, f"*:out:{OUTLET}"):
        published.update(entry["id"] for entry in await look.entries(run.redis, key))
    problems = list[str]()
    if not recorded or published != recorded:
        problems.append(f"hand-offs recorded {dict(recorded)}, published {dict(published)}")
    if {*crm.ids} != {*recorded}:
        problems.append(f"hand-offs recorded {sorted(recorded)}, posted {sorted(crm.ids)}")
    if not all(post.genuine for post in crm.posts):
        problems.append("a hand-off was posted with a wrong signature")
    return problems
