"""Como a Meta conta o que houve com um envio? Um webhook de status por etapa, com o nosso id opaco de volta.

Limite: saem na ordem de `Profile.statuses`, mas a rede e as repetições podem trocá-los, como na Meta.
`Pace.status_copies` repete cada um e `Pace.status_shuffle` os emite do último ao primeiro.
"""

import asyncio
from typing import TYPE_CHECKING

from pyloto_stream.simulator.envelopes import Json, status
from pyloto_stream.simulator.line import Line
from pyloto_stream.simulator.people import Person
from pyloto_stream.simulator.refusal import error_object
from pyloto_stream.simulator.sent import SentMessage

if TYPE_CHECKING:
    from pyloto_stream.simulator.profiles import StatusName


async def report(line: Line, person: Person, message: SentMessage, failure: int = 0) -> None:
    """Emite os status de `message`; cada um espera o seu tempo desde o aceite.

    `failure` ≠ 0: a Meta aceitou e depois desistiu, com esse código; só sai um `failed`.
    """
    pace, profile = line.pace, person.profile
    due_ms: dict[StatusName, int] = {
        "sent": pace.sent_ms,
        "delivered": pace.delivered_ms,
        "read": pace.read_ms,
        "played": pace.read_ms,
        "failed": pace.sent_ms,
    }
    names: tuple[StatusName, ...] = ("failed",) if failure else profile.statuses
    if message.type == "reaction":  # de uma reação nossa a Meta só conta que saiu, ou que falhou
        names = tuple(name for name in names if name in ("sent", "failed"))
    passed_ms = 0
    for name in reversed(names) if pace.status_shuffle else names:
        if due_ms[name] > passed_ms:
            await asyncio.sleep((due_ms[name] - passed_ms) / 1000)
            passed_ms = due_ms[name]
        item = status(
            name,
            message.wamid,
            line.timestamp(),
            recipient=profile.ids("recipient_id", "recipient_user_id", "recipient_parent_user_id"),
            reply_id=message.reply_id,
            failure=error_object(failure or profile.failure),
        )
        contacts: Json = {} if name == "failed" else {"contacts": [profile.contact()]}
        for _ in range(pace.status_copies):
            line.sender.send(line.number.value(**contacts, statuses=[item]))
        message.told.append(name)
        if name == "failed":
            person.talk.fail(message.wamid, failure or profile.failure)
        person.feed.publish("status", {"status": name})
