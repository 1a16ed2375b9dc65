"""Este servidor serve? Perguntas feitas uma vez, na partida, com a resposta em palavras para quem opera.

Promete: um servidor que perderia em silêncio o que foi aceito é recusado, e a recusa diz o que mudar. Limite:
o que um serviço gerenciado não deixa ver (`CONFIG`) conta como desconhecido; o que mudar depois da partida
(um ajuste, outro servidor após uma falha) só a próxima partida vê.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

import msgspec

from pyloto_stream.streams.gateway import Gateway
from pyloto_stream.streams.route import Durability

FLOORS: dict[str, tuple[int, int]] = {"redis": (7, 0), "valkey": (7, 2)}
"""Versões mínimas (arquitetura, seção 3)."""
WAITAOF_SINCE = (7, 2)
CROWDED = 0.7
"""Parte de `maxmemory` a partir da qual se avisa: o resto é o tempo de reagir."""

Topic = Literal["server", "memory", "disk"]


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """O que se sabe de um servidor. `fsync`: valor de `appendfsync`, vazio se ele não deixa ver."""

    kind: Literal["redis", "valkey"] = "redis"
    version: str
    replica: bool
    replicas: int
    eviction: str
    used_memory: int
    max_memory: int
    aof: bool
    fsync: str
    waitaof: bool

    @property
    def numbers(self) -> tuple[int, ...]:
        """Versão, até o segundo número, para comparar."""
        return tuple(int(part) for part in self.version.split(".")[:2] if part.isdigit())


class Wanted(NamedTuple):
    """O que se espera do servidor."""

    durability: Durability = "memory"
    development: bool = False


class Finding(NamedTuple):
    """Algo a dizer a quem opera, sobre o servidor, a memória ou o disco dele."""

    topic: Topic
    text: str


class Findings(NamedTuple):
    """`refused`: não se deve começar assim; `warned`: começa-se, mas alguém deve olhar."""

    facts: tuple[Facts, ...]
    refused: tuple[Finding, ...]
    warned: tuple[Finding, ...]


def facts(info: Mapping[str, Any]) -> Facts:
    """Fatos a partir do que `clients.describe` trouxe; o que faltar fica como o pior que se pode supor."""
    kind: Literal["redis", "valkey"] = "valkey" if "valkey_version" in info else "redis"
    found = Facts(
        kind=kind,
        version=str(info.get(f"{kind}_version", "0")),
        replica=info.get("role") == "slave",
        replicas=int(info.get("connected_slaves", 0)),
        eviction=str(info.get("maxmemory_policy", "unknown")),
        used_memory=int(info.get("used_memory", 0)),
        max_memory=int(info.get("maxmemory", 0)),
        aof=bool(info.get("aof_enabled", 0)),
        fsync=str(info.get("appendfsync", "")),
        waitaof=bool(info.get("waitaof", False)),
    )
    if "waitaof" in info:
        return found
    return msgspec.structs.replace(found, waitaof=found.numbers >= WAITAOF_SINCE)


def problems(facts: Facts, wanted: Wanted) -> Iterator[Finding]:
    """Por que não se deve começar com este servidor."""
    floor = FLOORS[facts.kind]
    if facts.numbers < floor:
        yield Finding("server", f"{facts.kind} {facts.version}, needs {floor[0]}.{floor[1]} or newer")
    if facts.replica:
        yield Finding("server", "this server is a replica: give the address of the primary")
    if facts.eviction != "noeviction":
        text = f"maxmemory-policy {facts.eviction} {_harm(facts.eviction)}: use noeviction"
        yield Finding("memory", text)
    if not facts.aof and (wanted.durability == "fsync" or not wanted.development):
        reason = "DURABILITY=fsync" if wanted.durability == "fsync" else "a restart that loses nothing"
        yield Finding("disk", f"appendonly no: {reason} needs appendonly yes")
    elif wanted.durability == "fsync":
        yield from _fsync(facts)


def warnings(facts: Facts, wanted: Wanted) -> Iterator[Finding]:
    """O que funciona, mas merece ser dito; em desenvolvimento, só o que surpreenderia."""
    if not facts.aof and wanted.development and wanted.durability != "fsync":
        yield Finding("disk", "appendonly no: a restart of the server loses accepted events")
    if facts.max_memory and facts.used_memory > CROWDED * facts.max_memory:
        used = facts.used_memory * 100 // facts.max_memory
        yield Finding("memory", f"{used} % of maxmemory is in use: at 100 % webhooks are answered 503")
    if wanted.durability == "fsync" and facts.kind == "valkey" and not facts.fsync:
        yield Finding("disk", "CONFIG GET is refused: make sure that appendfsync is always")
    if wanted.durability == "replica" and not facts.replicas:
        yield Finding("server", "no replica is connected: webhooks are answered 503 until there is one")
    if wanted.development:
        return
    if not facts.max_memory:
        yield Finding("memory", "maxmemory 0: the system may kill the server before it refuses anything")
    if facts.aof and wanted.durability == "memory" and facts.fsync != "always":
        lost = {"everysec": "up to 2 s", "no": "up to 30 s or more"}.get(facts.fsync, "some seconds")
        shown = facts.fsync or "unknown"
        text = (
            f"appendfsync {shown} with DURABILITY=memory: {lost} of accepted events lost at a power failure"
        )
        yield Finding("disk", text)


async def probe(gateway: Gateway, *, development: bool = False, allow_unsafe: bool = False) -> Findings:
    """Pergunta a todos os servidores; dispensa da confirmação quem grava em disco a cada escrita.

    `allow_unsafe`: recusas viram avisos.

    Raises:
        MisconfiguredError: o endereço é de um cluster e o servidor não, ou o contrário.
        UnavailableError: um servidor não respondeu.
    """
    described = await gateway.describe()
    found = [facts(info) for info in described]
    # o que só alguns têm não se pode pedir: qualquer caminho pode levar a qualquer servidor
    every = all(each.waitaof for each in found)
    found = [msgspec.structs.replace(each, waitaof=every) for each in found]
    if gateway.durability == "fsync" and not every:
        gateway.confirm_without()
    wanted = Wanted(gateway.durability, development)
    named = [
        (each, info["where"] if len(found) > 1 else "") for each, info in zip(found, described, strict=True)
    ]
    refused = _say((finding, where) for each, where in named for finding in problems(each, wanted))
    warned = _say((finding, where) for each, where in named for finding in warnings(each, wanted))
    if allow_unsafe:
        refused, warned = (), (*refused, *warned)
    return Findings(tuple(found), refused, warned)


def _say(told: Iterator[tuple[Finding, str]]) -> tuple[Finding, ...]:
    """Cada coisa uma vez; entre vários servidores, com o endereço de cada um a que ela se aplica."""
    places: dict[Finding, list[str]] = {}
    for finding, where in told:
        places.setdefault(finding, []).append(where)
    return tuple(
        Finding(finding.topic, f"{', '.join(where)}: {finding.text}" if all(where) else finding.text)
        for finding, where in places.items()
    )


def _fsync(facts: Facts) -> Iterator[Finding]:
    """Só `always` basta a todos; a confirmação com `everysec` é a palavra do servidor.

    O Valkey 9.1.2 confirma um `WAITAOF` com `everysec` antes de o disco ter a escrita (ver ADR 0013).
    """
    if facts.kind == "valkey" and facts.fsync not in ("", "always"):
        text = f"appendfsync {facts.fsync}: DURABILITY=fsync on Valkey needs appendfsync always"
        yield Finding("disk", text)
        return
    if facts.waitaof and facts.fsync != "no":
        return
    if facts.waitaof:
        yield Finding("disk", "appendfsync no: DURABILITY=fsync needs everysec or always")
    elif not facts.fsync:
        text = (
            "DURABILITY=fsync needs WAITAOF (7.2 or newer) or appendfsync always, and CONFIG GET is refused"
        )
        yield Finding("disk", text)
    elif facts.fsync != "always":
        text = (
            f"appendfsync {facts.fsync}: DURABILITY=fsync needs WAITAOF (7.2 or newer) or appendfsync always"
        )
        yield Finding("disk", text)


def _harm(policy: str) -> str:
    if policy.startswith("volatile"):
        return "may forget which messages were accepted, and take one twice"
    return "may drop accepted events"
