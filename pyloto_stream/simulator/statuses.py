"""Como a Meta conta o que houve com um envio? Um webhook de status por etapa, com o nosso id opaco de volta.

Limite: saem na ordem de `Profile.statuses`, mas a rede e as repetições podem trocá-los, como na Meta.
"""

import asyncio

from pyloto_stream.simulator.envelopes import Json, status
from pyloto_stream.simulator.line import Line
from pyloto_stream.simulator.people import Person
from pyloto_stream.simulator.sent import SentMessage


async def report(line: Line, person: Person, message: SentMessage) -> None:
    """Emite os status de `message`; cada um espera o seu tempo desde o aceite."""
    pace, profile = line.pace, person.profile
    due_ms = {
        "sent": pace.sent_ms,
        "delivered": pace.delivered_ms,
        "read": pace.read_ms,
        "failed": pace.sent_ms,
    }
    passed_ms = 0
    for name in profile.statuses:
        if due_ms[name] > passed_ms:
            await asyncio.sleep((due_ms[name] - passed_ms) / 1000)
            passed_ms = due_ms[name]
        item = status(
            name,
            message.wamid,
            line.timestamp(),
            wa_id=profile.wa_id,
            user_id=profile.user_id,
            reply_id=message.reply_id,
        )
        contacts: Json = {} if name == "failed" else {"contacts": [profile.contact()]}
        line.sender.send(line.number.value(**contacts, statuses=[item]))
        person.feed.publish("status", {"status": name})
