"""O que a pessoa preencheu num formulário? Campos e valores em texto, sempre poucos e curtos.

Promete: nunca levanta; aceita qualquer texto no lugar do JSON, que é o cliente quem escreve.
Limite: `MAX_FIELDS` campos, `MAX_VALUE` caracteres em cada; o que passa fica de fora. Nada é conferido.
"""

import msgspec

MAX_FIELDS = 64
MAX_NAME = 128
MAX_VALUE = 4096
WHOLE = "response"
"""Nome do único campo quando a resposta não é um objeto."""

_any = msgspec.json.Decoder()
_encode = msgspec.json.Encoder().encode


def form_of(response_json: str) -> dict[str, str]:
    """Campo → valor. Listas (as de arquivos, por exemplo) e objetos viram JSON; `null` e `""` somem.

    Uma resposta que não é um objeto JSON fica inteira, cortada, no campo `WHOLE`.
    """
    try:
        return _fields(_any.decode(response_json))
    except (ValueError, RecursionError):
        return _fields(response_json)


def _fields(answer: object) -> dict[str, str]:
    given = answer if isinstance(answer, dict) else {WHOLE: answer}
    kept: dict[str, str] = {}
    for name, value in given.items():
        text = _text(value)
        if text and len(name) <= MAX_NAME and len(kept) < MAX_FIELDS:
            kept[name] = text
    return kept


def _text(value: object) -> str:
    if value is None:
        return ""
    return (value if isinstance(value, str) else _encode(value).decode())[:MAX_VALUE]
