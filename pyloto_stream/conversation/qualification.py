"""Quão pronto está um lead, e em que ordem atender? Nível, motivos e nota, por critérios escritos aqui.

Nível (contrato, seção 5): `high` = interesse comercial, nenhum dado essencial faltando e urgência ou poder de
decisão; `medium` = interesse comercial e no máximo um essencial faltando; `low` = o resto. O orçamento nunca
pesa no nível. A nota só ordena dentro do nível:

| Critério | Pontos |
|---|---|
| assunto: o que o arquivo dele diz (`points`); sem interesse comercial, 5 | 0–30 |
| dados essenciais informados, em proporção | 0–40 |
| urgência | 10 |
| decide (pela empresa ou por si) | 10 |
| orçamento informado | 5 |
| empresa identificada | 5 |
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

from pyloto_stream.conversation.flows import FIELDS, FLOWS, UNKNOWN
from pyloto_stream.conversation.records import Intent
from pyloto_stream.conversation.texts import TEXTS

OTHER_SUBJECT_POINTS = 5
COMPLETE_POINTS = 40


class Qualification(msgspec.Struct, frozen=True):
    """Resultado da qualificação; `reasons` em palavras que um atendente entende, `score` de 0 a 100."""

    level: Literal["high", "medium", "low"]
    reasons: tuple[str, ...]
    score: int


def qualify(intent: Intent, facts: Mapping[str, str]) -> Qualification:
    """Qualifica o lead de `intent` com os `facts` conhecidos (campos e sinais `urgency` e `role`)."""
    flow, words = FLOWS.get(intent), TEXTS.qualification
    if flow is None:
        return Qualification("low", (words.not_commercial,), OTHER_SUBJECT_POINTS)
    given = {name for name, value in facts.items() if value != UNKNOWN}
    critical = [name for name in flow.fields if FIELDS[name].critical]
    missing = [FIELDS[name].label.lower() for name in critical if name not in given]
    urgent, decides = "urgency" in given, flow.decides_alone or "role" in given

    reasons = [words.commercial.format(title=flow.title)]
    told = (words.complete, words.missing_one, words.missing_many)[min(len(missing), 2)]
    reasons.append(told.format(labels=", ".join(missing)))
    if urgent:
        reasons.append(words.urgent)
    if decides:
        reasons.append(words.decides_alone if flow.decides_alone else words.decider)

    level: Literal["high", "medium", "low"] = "low" if len(missing) > 1 else "medium"
    if not missing and (urgent or decides):
        level = "high"
    score = flow.points + COMPLETE_POINTS * (len(critical) - len(missing)) // len(critical)
    score += 10 * urgent + 10 * decides
    score += sum(5 for parser in ("budget", "company") if any(_read_by(parser, name) for name in given))
    return Qualification(level, tuple(reasons), min(score, 100))


def _read_by(parser: str, name: str) -> bool:
    return name in FIELDS and FIELDS[name].parser == parser
