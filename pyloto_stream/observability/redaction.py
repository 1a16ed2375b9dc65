"""E se um dado pessoal chegar ao log por engano? A última defesa: o que parece pessoal ou secreto é coberto.

Promete: telefones (8 dígitos ou mais, com ou sem separadores), ids de mensagem e de pessoa da Meta, e-mails e
credenciais não passam. Limite: não reconhece nomes nem texto livre: quem escreve a linha não os põe nela.
"""

import re
from collections.abc import Mapping
from enum import Enum

MASK = "***"
UNITS = ("_ms", "_s", "_seconds", "_bytes", "_count")
"""Um número grande só passa sob um nome que diz a unidade, como `due_ms`."""

_SENSITIVE = re.compile(
    r"(?P<keep>\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"  # UUID
    r"|\b(?=[0-9]*[a-f])(?![0-9a-f]*[0-9]{12})[0-9a-f]{16,64}\b"  # id hexadecimal
    r"|\b1[5-9][0-9]{11}-[0-9]{1,6}\b)"  # id de entrada de um stream
    r"|wamid\.[\w+/=-]+"
    r"|\b[A-Z]{2}\.(?=[A-Za-z]*[0-9])[A-Za-z0-9]{6,128}\b"  # id de pessoa no escopo da empresa
    r"|[\w.+-]+@[\w-]+\.[\w.-]+"
    r"|(?i:bearer)\s+\S+"
    r"|\bEAA[A-Za-z0-9]{16,}"  # token de acesso da Meta
    r"|(?<=://)[^/@\s]+(?=@)"  # usuário e senha num endereço
    r"|\+?[0-9](?:[ ()/-]{0,2}[0-9]){7,}"
)


def redact(text: str) -> str:
    """`text` com o que parece pessoal ou secreto coberto por `***`."""
    encodable = text.encode("utf-8", "backslashreplace").decode()
    return _SENSITIVE.sub(lambda match: match["keep"] or MASK, encodable)


def redact_value(value: object, name: str = "") -> object:
    """`value` pronto para JSON: textos cobertos, números longos sem unidade em `name` também.

    Do que não é texto, número, lista ou dicionário fica só o nome do tipo: um `repr` mostra qualquer coisa.
    """
    match value:
        case None | bool():
            return value
        case Enum():
            return redact_value(value.value, name)
        case int() | float():
            known = name.endswith(UNITS) and abs(value) < 2**63
            return value if abs(value) < 10_000_000 or known else MASK
        case str():
            return redact(value)
        case Mapping():
            return {redact(str(key)): redact_value(item, str(key)) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [redact_value(item, name) for item in value]
    return f"<{type(value).__name__}>"
