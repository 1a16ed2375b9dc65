"""Que palavras de um texto são de alguém: e-mail, chave Pix, placa, CNPJ com letras?

Promete tempo linear: toda repetição tem teto. Limite: uma chave Pix só se reconhece pela forma (UUID) ou
pelas palavras "chave pix" antes dela; uma placa com espaço, pela palavra "placa".
"""

import re
from collections.abc import Iterator

from stdnum.br import cnpj

from pyloto_stream.ai.masking_lexicon import NOT_KEYS, NOT_PLATES, said_before
from pyloto_stream.ai.masking_numbers import CONTEXT, Number

_AT = re.compile(r"\s{0,2}(?:@|[(\[]\s?(?:at|arroba)\s?[)\]]|\barroba\b)\s{0,2}")
_LOCAL = frozenset("abcdefghijklmnopqrstuvwxyz0123456789._%+-'&/=!#$*?^~{|}")
_MOST_LOCAL = 64
_DOT = r"(?:\s?\.\s?|\sponto\s|\s?[(\[]\s?(?:dot|ponto)\s?[)\]]\s?)"
_DOMAIN = re.compile(
    rf"[a-z0-9-]{{1,63}}(?:\.[a-z0-9-]{{1,63}}){{0,6}}(?:{_DOT}[a-z]{{2,24}}){{1,3}}(?![a-z])"
)
_TIGHT = re.compile(r"[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,6}\.[a-z]{2,24}(?![a-z0-9])")
_UUID = re.compile(
    r"(?<![0-9a-f])[0-9a-f]{8}[\s-]{0,3}[0-9a-f]{4}[\s-]{0,3}[0-9a-f]{4}[\s-]{0,3}[0-9a-f]{4}[\s-]{0,3}"
    r"[0-9a-f]{12}(?![0-9a-f])"
)
_CNPJ = re.compile(
    r"(?<![a-z0-9])[a-z0-9]{2}[\s.]{0,2}[a-z0-9]{3}[\s.]{0,2}[a-z0-9]{3}[\s/.-]{0,3}[a-z0-9]{4}[\s.-]{0,3}"
    r"[0-9]{2}(?![a-z0-9])"
)
_PLATE = re.compile(r"(?<![a-z0-9])([a-z]{3})([\s-]{0,3})([0-9](?:[0-9]|[a-z])[0-9]{2})(?![a-z0-9])")
_PIX = re.compile(
    r"\bchaves?(?:\s{1,3}(?:do|de|da|meu|minha|aleatoria)){0,2}(?:\s{1,3}pix)\b"
    r"(?P<link>[\s:=-]{0,4}(?:(?:e|eh|aleatoria|nova)\b[\s:=-]{1,4}){0,2})(?P<key>[^\s,;]{3,80})"
    r"|\bpix\s{0,2}(?P<colon>[:=])\s{0,3}(?P<other>[^\s,;]{3,80})"
)


def emails_in(text: str) -> Iterator[Number]:
    """Endereços de e-mail, também com espaços à volta de `@` e do ponto, ou ditos ("arroba", "ponto")."""
    free = 0
    for sign in _AT.finditer(text):
        start = sign.start()
        floor = max(free, start - _MOST_LOCAL)
        while start > floor and text[start - 1] in _LOCAL:
            start -= 1
        bare = sign.group() == "@"
        domain = (_TIGHT.match(text, sign.end()) if bare else None) or _DOMAIN.match(text, sign.end())
        if domain is None or start == sign.start():
            continue
        free = domain.end()
        value = re.sub(r"\s", "", text[start : domain.end()].replace(" ponto ", "."))
        yield Number(start, domain.end(), "E-MAIL", value)


def random_keys_in(text: str) -> Iterator[Number]:
    """Chaves aleatórias do Pix: um UUID, com ou sem traços."""
    for found in _UUID.finditer(text):
        yield Number(*found.span(), "PIX", re.sub(r"[\s-]", "", found.group()))


def lettered_cnpjs_in(text: str) -> Iterator[Number]:
    """CNPJs com letras (desde 2026), com ou sem pontuação; só com dígitos verificadores certos."""
    for found in _CNPJ.finditer(text):
        value = re.sub(r"[^a-z0-9]", "", found.group())
        if not value.isdigit() and not value[:12].isalpha() and cnpj.is_valid(value):
            yield Number(*found.span(), "CNPJ", value)


def plates_in(text: str) -> Iterator[Number]:
    """Placas antigas (ABC-1234) e do Mercosul (ABC1D23)."""
    for found in _PLATE.finditer(text):
        letters, gap, rest = found.groups()
        before = text[max(0, found.start() - CONTEXT) : found.start()]
        other = letters in NOT_PLATES or not _joined(gap) or said_before("ORDER", before)
        if other and not said_before("PLACA", before):
            continue
        yield Number(*found.span(), "PLACA", letters + rest)


def _joined(gap: str) -> bool:
    return gap == "" or "-" in gap


def named_keys_in(text: str) -> Iterator[Number]:
    """O que vem depois de "chave pix:" e afins; sem dois-pontos, só se parece uma chave."""
    for found in _PIX.finditer(text):
        name = "key" if found["key"] else "other"
        key = found[name].rstrip(".!?)\"'")
        told = found["colon"] or ":" in (found["link"] or "") or "=" in (found["link"] or "")
        likely = any(char.isdigit() or char == "@" for char in key)
        if len(key) < 3 or key in NOT_KEYS or key.startswith("[") or not (told or likely):
            continue
        yield Number(found.start(name), found.start(name) + len(key), "PIX", key)
