"""Um webhook estragado de cada vez: com semente, rápido, e só no trecho que se lhe dá."""

import json
import random
from collections.abc import Sequence

import msgspec

from tests.support.webhooks import Json

JUNK = (
    "null", '""', "0", "-1", "1", "true", "1.5", "1e30", '"\\u0000"', '"é"', '"😀"', "[]", "{}", "[null]",
    '{"id":{}}', "[[[[]]]]", '"BR.1"', '"5541999990000"', '"1760000000"', '["a",1,{}]', str(10**30),
    '{"a":{"b":{"c":[1,{"d":null}]}}}', f'"{"x" * 600}"',
)  # fmt: skip
"""Valores quaisquer, em JSON."""
_RAW = ('"\\ud800"', "NaN", "-Infinity", "[" * 80 + "]" * 80, '{"a":' * 70 + "1" + "}" * 70)
"""O que o serializador não escreve e um remetente estranho poderia escrever."""
_MARK = "@@raw@@"


class Mutator:
    """Estraga documentos JSON; `seed` os torna repetíveis."""

    def __init__(self, seed: int, names: Sequence[str]) -> None:
        self._draw = random.Random(seed)
        self._names = tuple(names)

    def mutated(self, document: bytes) -> bytes:
        """O JSON `document` com um a três estragos; quase sempre ainda JSON."""
        draw = self._draw
        copy: Json = msgspec.json.decode(document)
        for _ in range(draw.randint(1, 3)):
            copy = self._hurt(copy)
        text = json.dumps(copy, separators=(",", ":"))
        body = text.encode()
        if _MARK.encode() in body:
            body = text.replace(f'"{_MARK}"', draw.choice(_RAW)).replace(_MARK, "x").encode()
        return self._flipped(body) if draw.random() < 0.1 else body

    def _hurt(self, document: Json) -> Json:
        """Estraga um lugar qualquer: desce ao acaso, e para onde der."""
        draw, holder = self._draw, document
        if not isinstance(holder, dict | list) or not holder:
            return _junk(draw)
        while draw.random() < 0.8:
            inner = draw.choice([*holder.values()] if isinstance(holder, dict) else holder)
            if not isinstance(inner, dict | list) or not inner:
                break
            holder = inner
        if isinstance(holder, list):
            self._hurt_list(holder)
        else:
            self._hurt_object(holder)
        return document

    def _hurt_list(self, items: list[Json]) -> None:
        at, draw = self._draw.randrange(len(items)), self._draw
        match draw.randrange(4):
            case 0:
                items.insert(at, _junk(draw))
            case 1:
                items[at] = self._other()
            case 2:
                items.append(items[at])
            case _:
                items[at] = [items[at]]

    def _hurt_object(self, holder: dict[str, Json]) -> None:
        draw = self._draw
        name = draw.choice(list(holder))
        match draw.randrange(7):
            case 0:
                del holder[name]
            case 1 | 2:
                holder[name] = self._other()
            case 3:
                holder[draw.choice(self._names)] = holder[name]
            case 4:
                holder[name] = {name: holder[name]}
            case 5:
                holder[name] = _swapped(holder[name])
            case _:
                holder[draw.choice(self._names)] = self._other()

    def _other(self) -> Json:
        return _MARK if self._draw.random() < 0.08 else _junk(self._draw)

    def _flipped(self, body: bytes) -> bytes:
        """Um byte trocado dentro de um texto: talvez UTF-8 inválido, nunca uma aspa."""
        at = body.find(b':"', self._draw.randrange(len(body))) + 2
        if at == 1 or body[at] in b'"\\':
            return body
        return body[:at] + bytes([self._draw.choice(b"\x80\xff\xc3\x7fAz0 ")]) + body[at + 1 :]


def _junk(draw: random.Random) -> Json:
    value: Json = json.loads(draw.choice(JUNK))
    return value


def names_in(documents: Sequence[Json]) -> list[str]:
    """Todas as chaves que há nos documentos."""
    found: dict[str, None] = {}
    for document in documents:
        for holder in _holders(document):
            if isinstance(holder, dict):
                found |= dict.fromkeys(holder)
    return list(found)


def _holders(document: Json) -> list[list[Json] | dict[str, Json]]:
    """Os objetos e listas não vazios, de fora para dentro."""
    found: list[list[Json] | dict[str, Json]] = []
    pending = [document]
    while pending:
        item = pending.pop()
        if isinstance(item, list | dict) and item:
            found.append(item)
            pending += item.values() if isinstance(item, dict) else item
    return found


def _swapped(value: Json) -> Json:
    """O mesmo valor, de outro tipo."""
    if isinstance(value, bool) or value is None:
        return str(value)
    if isinstance(value, str):
        return int(value) if value.isascii() and value.isdigit() and len(value) < 16 else [value]
    if isinstance(value, int | float):
        return str(value)
    return json.dumps(value)
