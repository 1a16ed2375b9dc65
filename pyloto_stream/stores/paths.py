"""Como um id qualquer vira parte de um caminho? Codificado aqui, e em nenhum outro lugar.

Promete: ids diferentes dão segmentos diferentes, e todo segmento vale no Firestore (sem `/`, nem `.` nem `..`
sozinhos, nem `__x__`, até 1500 bytes) e ordena por bytes nos dois bancos. Limite: um id longo vira resumo e
não se lê de volta do caminho; por isso cada documento guarda também o próprio id.
"""

import hashlib
import re
from base64 import urlsafe_b64encode
from urllib.parse import quote

from pyloto_stream.errors import PermanentError

_SAFE = "=:@+"
_MAX_SEGMENT = 512
_PLAIN = re.compile(r"(?!__)[A-Za-z0-9_=:@+-][A-Za-z0-9_=:@+.-]{0,511}")
"""Ids que já são segmentos: o caso comum, sem codificar."""
# sem possessivos: o `re` do Python 3.11.2 os lê mal em volta de uma parte que volta atrás
_PLAIN_PATH = re.compile(rf"{_PLAIN.pattern}(?:/{_PLAIN.pattern})*")


def segment(name: str) -> str:
    """Segmento de caminho para o id `name`; aceita qualquer texto, inclusive substitutos UTF-16 soltos.

    Raises:
        PermanentError: code `empty_id`.
    """
    if _PLAIN.fullmatch(name):
        return name
    if not name:
        raise PermanentError("document id is empty", code="empty_id")
    raw = name.encode("utf-8", "surrogatepass")
    text = quote(raw, safe=_SAFE).replace("~", "%7E")
    if len(text) > _MAX_SEGMENT:
        return "~" + urlsafe_b64encode(hashlib.sha256(raw).digest()).decode().rstrip("=")
    if text in {".", ".."}:
        return text.replace(".", "%2E")
    return "%5F" + text[1:] if text.startswith("__") else text


def path(*names: str) -> str:
    """Caminho com os `names` codificados: coleção e id alternados, a começar por uma coleção.

    Raises:
        PermanentError: code `empty_id`.
    """
    joined = "/".join(names)
    if _PLAIN_PATH.fullmatch(joined) and joined.count("/") == len(names) - 1:
        return joined
    return "/".join(map(segment, names))


def split(document: str) -> tuple[str, str]:
    """Coleção e segmento final do caminho de um documento."""
    collection, _, name = document.rpartition("/")
    return collection, name
