"""O que um turno mudou no que se sabe da pessoa? Comparam-se dois retratos; se diferem, há um registro.

Promete: um turno que nada ensina não deixa registro; o id vem do turno, e repetir dá o mesmo. Limite: o
telefone não se lê aqui (só se o endereço mudou): quem conhece as formas da Meta o põe (`consumers/plans.py`).
A qualificação é a do assunto comercial em curso; sem um, nada se diz dela. Pura.
"""

import msgspec

from pyloto_stream.conversation.flows import FLOWS, known
from pyloto_stream.conversation.handoff import lead_of
from pyloto_stream.conversation.intents import primary
from pyloto_stream.conversation.person import LeadProfile, ProfileRecord
from pyloto_stream.conversation.qualification import qualify
from pyloto_stream.conversation.state import ConversationState, Session

_NONE = Session("", 0)
_NAMED = ("name", "city", "business_name", "role")


def learned(
    before: ConversationState,
    after: ConversationState,
    closed: Session | None,
    *,
    record_id: str,
    now_ms: int,
) -> ProfileRecord | None:
    """O registro do que mudou de `before` a `after`; `closed`: a sessão que se encerrou entre eles."""
    was, now = before.session, after.session or closed
    if _traces(before, was) == _traces(after, now):
        return None
    old, new = _portrait(before, was), _portrait(after, now)
    if before.reply_to == after.reply_to and old == new:
        return None
    return msgspec.structs.replace(new, id=record_id, at_ms=now_ms, dropped=_dropped(was, now, old, new))


def _traces(state: ConversationState, session: Session | None) -> tuple[object, ...]:
    """De que o retrato depende: compara-se isto antes, que é barato."""
    session = session or _NONE
    return (
        state.reply_to, state.profile, state.refused, state.consent_version, session.facts, session.detected,
        session.resolved, session.active,
    )  # fmt: skip


def _portrait(state: ConversationState, session: Session | None) -> ProfileRecord:
    facts = {**known(state), **(session.facts if session else {})}
    record = ProfileRecord(
        id="",
        at_ms=0,
        profile=lead_of(state.profile, facts),
        facts=facts,
        intents=tuple(session.detected) if session else (),
        consent_version=state.consent_version,
        consent_at_ms=state.consent_at_ms,
    )
    if session is None or FLOWS.keys().isdisjoint(session.detected):
        return record
    verdict = qualify(primary(session), facts)
    return msgspec.structs.replace(
        record, lead_score=verdict.score, level=verdict.level, reasons=verdict.reasons
    )


def _dropped(
    was: Session | None, now: Session | None, old: ProfileRecord, new: ProfileRecord
) -> tuple[str, ...]:
    """O que a pessoa desfez: só dentro de uma sessão, que a seguinte já nasce sem o que a anterior colheu."""
    if was is None or now is None or was.id != now.id:
        return ()
    gone = [name for name in old.facts if name not in new.facts]
    gone += [name for name in _NAMED if _said(old.profile, name) and not _said(new.profile, name)]
    return tuple(dict.fromkeys(gone))


def _said(profile: LeadProfile, name: str) -> str:
    value: str = getattr(profile, name)
    return value
