"""Como um registro muda um perfil que está lacrado? Numa folha aberta, que anota o que mudou.

Promete: um registro só acrescenta ou troca o que diz; de dois vale o mais novo, e um atrasado só preenche o
vazio; o que não mudou conserva o lacre; um lacre que não abre fica, até que se diga outro valor. Limite: quem
escreve garante que um registro não se aplica duas vezes (`stores/profiles.py`). Pura.
"""

from pyloto_stream.conversation.person import LeadProfile, ProfileRecord
from pyloto_stream.stores.messages import clean
from pyloto_stream.stores.profile_document import (
    FACTS,
    MASK,
    PLAIN,
    SCHEMA,
    SEALED,
    SHARED,
    Change,
    Profile,
    Stored,
    context,
    masked,
    sealed_fields,
)
from pyloto_stream.stores.sealing import Sealer, UnopenableError
from pyloto_stream.stores.times import iso


class Sheet:
    """Um perfil aberto para leitura ou mudança. `path`: o do documento, a que os lacres estão presos."""

    def __init__(self, sealer: Sealer, path: str, stored: Stored) -> None:
        self._sealer = sealer
        self._path = path
        self.stored = stored
        self.unopenable: list[str] = []
        self._changes: list[Change] = []
        self._clear = {field: self._opened(field, text) for field, text in sealed_fields(stored).items()}

    def profile(self) -> Profile:
        """O perfil em claro."""
        stored = self.stored
        lead = LeadProfile(
            name=self._clear.get("name", ""), phone=self._clear.get("phone", ""), city=stored.city,
            is_business=stored.is_business, business_name=self._clear.get("business_name", ""),
            role=stored.role,
        )  # fmt: skip
        return Profile(
            lead=lead,
            facts={name: self._clear[f"{FACTS}{name}"] for name in stored.facts},
            unopenable=tuple(self.unopenable),
            **{name: getattr(stored, name) for name in SHARED},
        )

    def apply(self, record: ProfileRecord, phone_key: str, *, late: bool) -> list[Change]:
        """Aplica `record` e diz o que mudou. `phone_key`: a busca do telefone dele. `late`: só o vazio."""
        self._changes, stored = [], self.stored
        if not late:
            for name in record.dropped:
                self._drop(name)
            stored.shows_phone = record.shows_phone
            stored.updated_at, stored.record_id = iso(record.at_ms), record.id
        self._say(record, phone_key, late=late)
        self._put("intents", list(dict.fromkeys((*stored.intents, *record.intents))), late=False)
        if record.level and not (late and stored.qualification):
            self._qualify(record)
        if record.consent_version and iso(record.consent_at_ms) >= stored.consent_at:
            self._put("consent_version", record.consent_version, late=False)
            stored.consent_at = iso(record.consent_at_ms)
        stored.created_at = min(filter(None, (stored.created_at, iso(record.at_ms))))
        stored.schema = max(stored.schema, SCHEMA)
        return self._changes

    def _say(self, record: ProfileRecord, phone_key: str, *, late: bool) -> None:
        for name in SEALED:
            changed = self._seal(name, getattr(record.profile, name), late=late)
            if changed and name == "phone":
                self.stored.phone_key = phone_key
        for name, value in record.facts.items():
            self._seal(f"{FACTS}{name}", value, late=late)
        for name in PLAIN:
            self._put(name, clean(getattr(record.profile, name)), late=late)
        self._put("is_business", record.profile.is_business, late=late)

    def _qualify(self, record: ProfileRecord) -> None:
        stored = self.stored
        self._put("qualification", record.level, late=False)
        if record.lead_score != stored.lead_score:
            self._note("lead_score", stored.lead_score, record.lead_score)
            stored.lead_score = record.lead_score
        stored.qualification_reasons = list(record.reasons)

    def _opened(self, field: str, text: str) -> str:
        try:
            return self._sealer.open(text, context=context(self._path, field))
        except UnopenableError:
            self.unopenable.append(field)
            return ""

    def _seal(self, field: str, value: str, *, late: bool) -> bool:
        """Lacra `value` em `field`, se muda o que lá está; um atrasado só preenche o vazio."""
        value = clean(value)
        there = field in self._clear
        if not value or (late and there):
            return False
        if there and field not in self.unopenable and self._clear[field] == value:
            return False
        self._note(field, self._clear.get(field, ""), value)
        self._write(field, self._sealer.seal(value, context=context(self._path, field)))
        self._clear[field] = value
        return True

    def _write(self, field: str, text: str) -> None:
        if field in self.unopenable:
            self.unopenable.remove(field)
        if field.startswith(FACTS):
            self.stored.facts = {**self.stored.facts, field.removeprefix(FACTS): text}
        else:
            setattr(self.stored, field, text)

    def _put(self, field: str, value: object, *, late: bool) -> None:
        before = getattr(self.stored, field)
        if not value or value == before or (late and before):
            return
        self._note(field, before, value)
        setattr(self.stored, field, value)

    def _drop(self, name: str) -> None:
        for field in (name, f"{FACTS}{name}"):
            if field in self._clear:
                self._note(field, self._clear.pop(field), "")
                self._write(field, "")
        self.stored.facts = {other: text for other, text in self.stored.facts.items() if text}
        if name in PLAIN and (before := getattr(self.stored, name)):
            self._note(name, before, "")
            setattr(self.stored, name, "")

    def _note(self, field: str, before: object, after: object) -> None:
        told = MASK if field in self.unopenable else masked(before or "")
        self._changes.append(Change(field, told, masked(after)))
