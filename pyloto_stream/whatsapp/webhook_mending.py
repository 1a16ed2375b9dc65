"""Como salvar as vizinhas de um trecho que o decodificador não atravessa? Trocando só o trecho.

Três coisas fazem o decodificador recusar um corpo inteiro por causa de um pedaço: aninhamento fundo, `NaN` ou
`Infinity`, e a metade de um par substituto UTF-16 (texto cortado no meio de um emoji).
Limite: qualquer outro erro de sintaxe continua sendo um corpo que não é JSON.
"""

import re

MAX_DEPTH = 64
"""Níveis conservados; um webhook real usa até uns doze."""

# sem a aspa final, a cadeia vai até o fim do corpo: recomeçar em cada aspa escapada dela seria quadrático
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[{]+|[\]}]+|-?Infinity|NaN', re.DOTALL)
_ESCAPE = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\(?P<lone>u[dD][89a-fA-F][0-9a-fA-F]{2})|\\.",
    re.DOTALL,
)
_REPLACEMENT = rb"\ufffd"


def mend(body: bytes) -> tuple[bytes, bool]:
    """Devolve o corpo emendado e se algo foi cortado (o chamador guarda o original).

    Substitutos órfãos viram U+FFFD, o que não conta como corte: metade de um caractere não diz nada.
    O que passa de `MAX_DEPTH` níveis, `NaN` e `Infinity` viram `null`.
    """
    kept: list[bytes] = []
    depth, start, cut = 0, 0, False
    for token in _TOKEN.finditer(body):
        first, size = body[token.start()], token.end() - token.start()
        if first in b"[{":
            if depth <= MAX_DEPTH < depth + size:
                kept.append(body[start : token.start() + MAX_DEPTH - depth])
                cut = True
            depth += size
        elif first in b"]}":
            if depth > MAX_DEPTH >= depth - size:
                kept.append(b"null")
                start = token.start() + depth - MAX_DEPTH
            depth -= size
        elif first != ord('"') and depth <= MAX_DEPTH:
            kept += (body[start : token.start()], b"null")
            start, cut = token.end(), True
    if depth <= MAX_DEPTH:
        kept.append(body[start:])
    mended = b"".join(kept)
    if rb"\ud" in mended or rb"\uD" in mended:
        mended = _ESCAPE.sub(_without_lone_surrogate, mended)
    return mended, cut


def _without_lone_surrogate(escape: re.Match[bytes]) -> bytes:
    return _REPLACEMENT if escape["lone"] else escape[0]
