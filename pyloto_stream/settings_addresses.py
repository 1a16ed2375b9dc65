"""Que endereços são aceitos? Os do Redis, em todas as formas que o executor conhece.

Promete: diz o que falta, nunca o valor.
"""

import re
from urllib.parse import SplitResult, parse_qs, urlsplit

REDIS_FORMS = (
    "must be redis://HOST:PORT/DB, redis+sentinel://HOST:PORT,.../NAME or redis+cluster://HOST:PORT,... "
    "(rediss... with TLS), unix:///PATH or embedded"
)
OPTIONS = frozenset((
    "db", "ssl_ca_certs", "ssl_certfile", "ssl_keyfile", "ssl_check_hostname",
    "sentinel_username", "sentinel_password",
))  # fmt: skip
"""O que a consulta de um endereço pode dizer."""
SCHEMES = tuple(f"{name}{kind}" for name in ("redis", "rediss") for kind in ("", "+sentinel", "+cluster"))


def split_hosts(url: str) -> SplitResult:
    """Partes de um endereço que pode ter vários hosts, `h1:p1,[::1]:p2`, todos em `netloc`.

    O `urlsplit` dos Pythons com a correção do CVE-2025-0938 (o do Debian 12, os novos) recusa colchetes
    depois do começo, como os do segundo host.

    Raises:
        ValueError: o resto não tem forma de endereço.
    """
    scheme, mark, rest = url.partition("://")
    hosts = re.split("[/?#]", rest, maxsplit=1)[0]
    return urlsplit(f"{scheme}{mark}{rest.removeprefix(hosts)}")._replace(netloc=hosts)


def redis_problem(url: str) -> str:
    """O que há de errado com um endereço do Redis; vazio se nada."""
    try:
        parts = split_hosts(url)
    except ValueError:
        return REDIS_FORMS
    if {*parse_qs(parts.query, keep_blank_values=True)} - OPTIONS:
        return f"has an option this version does not take; it takes {', '.join(sorted(OPTIONS))}"
    return _form_problem(parts)


def _form_problem(parts: SplitResult) -> str:
    if parts.scheme == "unix":
        return "" if parts.path else REDIS_FORMS
    if parts.scheme not in SCHEMES or not all(hosts := hosts_of(parts)):
        return REDIS_FORMS
    name, _, db = parts.path.strip("/").partition("/")
    match parts.scheme.partition("+")[2]:
        case "sentinel" if not name or not (db or "0").isdecimal():
            return "a Sentinel address ends in /NAME or /NAME/DB, the name it knows the primary by"
        case "cluster" if name not in {"", "0"}:
            return "a cluster has no numbered databases: leave the end of the address out"
        case "" if len(hosts) > 1:
            return "several hosts need redis+sentinel:// or redis+cluster://"
        case "" if not (name or "0").isdecimal() or db:
            return REDIS_FORMS
    return ""


def listed(parts: SplitResult) -> list[str]:
    """Cada `host:porta` de `netloc`, na ordem, sem a credencial."""
    return parts.netloc.rpartition("@")[2].split(",")


def hosts_of(parts: SplitResult) -> list[str]:
    """Os hosts de `netloc`, na ordem; vazio o que não tem forma de host."""
    found = [split(f"//{address}") for address in listed(parts)]
    return [host.hostname or "" if host else "" for host in found]


def split(url: str) -> SplitResult | None:
    """Partes de um endereço, ou `None` se ele não tem forma de endereço."""
    try:
        parts = urlsplit(url)
        usable = parts.port != 0  # ler a porta é o que a confere
    except ValueError:
        return None
    return parts if usable else None
