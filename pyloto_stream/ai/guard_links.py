"""Há num texto um endereço que não é nosso, mesmo escrito para não parecer um?

Promete: só sai um endereço igual, letra por letra, a um dos permitidos; `https://nosso@outro`, um domínio que
começa como o nosso ou uma letra parecida não é igual. Limite: um domínio dito com outras palavras passa.
"""

import re
from collections.abc import Callable, Collection, Iterable

from pyloto_stream.ai.masking_text import Plain

_TOKEN = re.compile(r"\S+")
_AROUND = "()[]<>\"'“”‘’.,;:!?*_…"
_ALWAYS = re.compile(
    r"[a-z][a-z0-9+.-]{1,15}\s?:\s?//|\b(?:hxxps?|https?|ftp|mailto|javascript|data|tel|whatsapp)\s?:|\bwww\b|\bxn--"
    r"|@|\barroba\b|\(\s?dot\s?\)|\[\s?(?:dot|\.)\s?\]|\(\s?(?:\.|ponto)\s?\)|\bdot\scom\b"
    r"|\b[0-9]{1,3}(?:\.[0-9]{1,3}){3}\b|\bponto\s(?:com|net|org)\sponto\sbr\b"
    r"|\b(?!(?:este|esse|nesse|neste|algum|outro|nosso|cada|qualquer|mesmo)\s)[a-z0-9]{4,}"
    r"\sponto\s(?:com|net)\b(?!\s[a-z])"
)


def without_allowed(text: str, allowed: Collection[str]) -> str:
    """`text` sem os endereços `allowed` (com ou sem `https://`), cada um uma palavra inteira."""
    bare = {link.removeprefix("https://").rstrip("/") for link in allowed}

    def strip(token: re.Match[str]) -> str:
        word = token[0]
        core = word.strip(_AROUND).removesuffix("/")
        known = core.removeprefix("https://") in bare
        return word.replace(core, " ", 1) if known and core else word

    return _TOKEN.sub(strip, text)


def written_link(endings: Iterable[str], spaced: Iterable[str]) -> Callable[[str, Plain], bool]:
    """Quem acha endereços com os finais `endings`; `spaced`: também com espaços à volta."""
    tight = re.compile(rf"[a-z0-9-]\.(?:{'|'.join(endings)})(?![a-z0-9])")
    dot = r"[a-z0-9-](?P<before>\s{0,2})\.(?P<after>\s{0,2})"
    loose = re.compile(rf"{dot}(?P<end>{'|'.join(spaced)})(?![a-z0-9])")

    def found(text: str, simple: Plain) -> bool:
        if _ALWAYS.search(simple.text) or tight.search(simple.text):
            return True
        for match in loose.finditer(simple.text):
            start, _ = simple.span(match.start("end"), match.end("end"))
            sentence = not match["before"] and match["after"] and text[start].isupper()
            if not sentence:
                return True
        return False

    return found
