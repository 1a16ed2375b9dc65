"""Isto é um emoji? Por blocos do Unicode 16 e pelas sequências do UTS #51, sem tabela.

Promete: um emoji composto (família, bandeira, tom de pele, tecla) conta como um. Limite: por bloco, alguns
sinais que não são emoji passam (`✂` e vizinhos); a Meta os recusaria com 131009.
"""

import re

_FLAG = "[\U0001f1e6-\U0001f1ff]{2}"
_KEYCAP = "[0-9#*]\ufe0f?\u20e3"
_PICTURE = (
    "[\xa9\xae\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u25fe\u2600-\u27bf"
    "\u2934\u2935\u2b05-\u2b55\u3030\u303d\u3297\u3299"
    "\U0001f000-\U0001f1e5\U0001f200-\U0001f3fa\U0001f400-\U0001faff]"
)
_TONE_OR_STYLE = "[\ufe0f\U0001f3fb-\U0001f3ff]?"
_TAGS = "(?:[\U000e0020-\U000e007e]+\U000e007f)?"
_ELEMENT = f"{_PICTURE}{_TONE_OR_STYLE}{_TAGS}"
_ONE = f"{_FLAG}|{_KEYCAP}|{_ELEMENT}(?:\u200d{_ELEMENT})*"
_HALF = "[\U0001f1e6-\U0001f1ff\U0001f3fb-\U0001f3ff]"
_EMOJI = re.compile(_ONE)
_ANY = re.compile(f"{_ONE}|{_HALF}")


def count_emoji(value: str) -> int:
    """Quantos emojis há em `value`; um composto vale um, e um pedaço de um também."""
    return len(_ANY.findall(value))


def is_one_emoji(value: str) -> bool:
    """`value` é um emoji e nada mais?"""
    return _EMOJI.fullmatch(value) is not None
