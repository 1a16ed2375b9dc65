"""Que palavras dizem que se fala de uma empresa? O ramo que começa um nome, ou o que o termina.

Promete: "Auto Peças Pioneira", "Bella Modas" e "Verde Vale Ltda" são empresas; "Mercado Livre" é a de
outro, e uma secretaria ou câmara não é nenhuma.
"""

from pyloto_stream.ai.lexicon import words
from pyloto_stream.ai.phrases import BREAK
from pyloto_stream.ai.reading import Reading
from pyloto_stream.conversation.flows import FIELDS

HEADS, TAILS = words("firm_heads"), words("firm_tails")
_HEADS = HEADS | {f"{head}s" for head in HEADS}
_PUBLIC, _FAMOUS, _NOT_FIRMS = words("public_bodies"), words("famous"), words("not_firms")
_FIELDS = ("segment", "client_type", "business_type")
_PUBLIC_TOO = frozenset(
    (name, choice.value)
    for name in _FIELDS
    if name in FIELDS and any(one.business for one in FIELDS[name].choices)
    for choice in FIELDS[name].choices
    if not choice.business
)
"""As opções de um campo de ramo que não são de empresas."""
_SUFFIXES = frozenset(("ltda", "me", "eireli", "epp", "sa", "mei", "cia"))


def is_firm(reading: Reading, at: int) -> bool:
    """A palavra em `at` é um ramo ("Ótica", "pousada", "Modas")?"""
    plain = reading.words[at].plain
    if plain in _NOT_FIRMS:
        return False
    if is_head(plain) or plain in TAILS:
        return True
    if not reading.starts_at("choice", at):
        return False
    told = (m for name in _FIELDS for m in reading.found("choice", name) if m.start == at)
    return any((m.payload.name, m.payload.value) not in _PUBLIC_TOO for m in told)


def is_head(plain: str) -> bool:
    """É um ramo que começa o nome de uma empresa, no singular ou no plural?"""
    return plain in _HEADS


def is_public(reading: Reading, start: int, end: int) -> bool:
    """As palavras `[start, end)` são um órgão público?"""
    return any(word.plain in _PUBLIC for word in reading.words[start:end])


def is_famous(reading: Reading, start: int, end: int) -> bool:
    """São o nome de quem todos conhecem ("Mercado Livre"), que não é o de quem fala?"""
    told = [word.plain for word in reading.words[start:end] if word.text != BREAK]
    return all(word in _FAMOUS for word in told)


def with_suffix(reading: Reading, stop: int, end: int) -> int:
    """Onde acaba o nome com "Ltda", "ME" ou "S.A.", se um deles o segue."""
    if stop < end and reading.words[stop].plain in _SUFFIXES:
        return stop + 1
    letters = [word.plain for word in reading.words[stop - 1 : min(stop + 2, end)]]
    return stop + 2 if letters[:1] == ["s"] and letters[2:] == ["a"] else stop
