"""Que cargas se põem, e quanto duram? As do campo; cada uma é uma lista de webhooks com hora marcada.

Todo processo que precisa do plano o refaz, igual, da mesma descrição.
"""

from collections.abc import Callable, Iterator

import msgspec

from bench.end_to_end.people import Message, Post, correction, greeting

MOST_PEOPLE = 9900
"""Pessoas fictícias usadas; as últimas aquecem o sistema."""
WARM_UP = 40
RATES = (100.0, 200.0, 300.0, 400.0)


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """Uma carga. `kind`: a forma do plano; o resto são os números dela.

    `people` escrevem `each` mensagens cada um; em `burst`, são `bodies` corpos de `each` mensagens.
    `connections`: de quem escreve; uma só quando a ordem dos webhooks precisa ser conhecida. `statuses`: por
    envio, quantos status a Graph manda de volta. `traced`: os trabalhadores anotam a hora de cada etapa.
    """

    name: str
    kind: str
    per_s: float = 0.0
    seconds: float = 0.0
    people: int = 1
    each: int = 1
    bodies: int = 0
    connections: int = 32
    statuses: int = 0
    traced: bool = False

    def posts(self) -> list[Post]:
        """O plano, na ordem."""
        return list(_KINDS[self.kind](self))

    def warm_up(self) -> list[Post]:
        """Gente que escreve antes da medida, devagar."""
        return [Post(n / 80, (greeting(MOST_PEOPLE + 1 + n),)) for n in range(WARM_UP)]

    @property
    def conversation(self) -> bool:
        """Cada pessoa escreve várias vezes, e a resposta diz até qual mensagem foi?"""
        return self.kind in ("row", "parallel")


def standard(*, quick: bool) -> list[Load]:
    """O conjunto padrão, em cerca de dois minutos; o curto, em segundos."""
    if quick:
        return [steady(50.0, 2.0)]
    return [
        load for name in ("rates", "row", "parallel", "burst", "statuses", "hops") for load in named(name)
    ]


def named(name: str, minutes: float = 10.0) -> list[Load]:
    """As cargas do cenário `name`; `minutes` só vale para `ramp` e `soak`.

    Raises:
        KeyError: não existe.
    """
    return {
        "rates": lambda: [steady(rate, 10.0) for rate in RATES],
        "row": lambda: [Load(name="row", kind="row", per_s=50.0, each=100, connections=1)],
        "parallel": lambda: [Load(name="parallel", kind="parallel", people=50, each=5, seconds=1.0)],
        "ramp": lambda: [Load(name="ramp", kind="ramp", per_s=1000 / 60, seconds=60 * minutes)],
        "burst": lambda: [Load(name="burst", kind="burst", bodies=2, each=1000, seconds=6.0)],
        "statuses": lambda: [
            Load(name="statuses", kind="steady", per_s=100.0, seconds=8.0, statuses=3),
        ],
        "soak": lambda: [Load(name="soak", kind="steady", per_s=50.0, seconds=60 * minutes)],
        "hops": lambda: [Load(name="hops", kind="steady", per_s=100.0, seconds=5.0, traced=True)],
    }[name]()


NAMES = ("rates", "row", "parallel", "ramp", "burst", "statuses", "soak", "hops")


def steady(per_s: float, seconds: float) -> Load:
    """Gente nova em ritmo fixo."""
    return Load(name=f"{per_s:g}/s", kind="steady", per_s=per_s, seconds=seconds)


def _steady(load: Load) -> Iterator[Post]:
    for n in range(int(load.per_s * load.seconds)):
        yield Post(n / load.per_s, (_of(n),))


def _row(load: Load) -> Iterator[Post]:
    for seq in range(load.each):
        yield Post(seq / load.per_s, (correction(1, seq),))


def _parallel(load: Load) -> Iterator[Post]:
    """Cada um escreve a cada `seconds`; os começos se espalham, para que ninguém ande no mesmo passo."""
    for seq in range(load.each):
        for person in range(load.people):
            due_s = (seq + person / load.people) * load.seconds
            yield Post(due_s, (correction(1 + person, seq),))


def _ramp(load: Load) -> Iterator[Post]:
    """Até `per_s` em um quinto do tempo (2 de 10 minutos), subindo sempre; depois, constante."""
    rise_s = load.seconds / 5
    rising = int(load.per_s * rise_s / 2)
    for n in range(rising):
        yield Post((2 * n * rise_s / load.per_s) ** 0.5, (_of(n),))
    for n in range(int(load.per_s * (load.seconds - rise_s))):
        yield Post(rise_s + n / load.per_s, (_of(rising + n),))


def _burst(load: Load) -> Iterator[Post]:
    """Corpos grandes, um a cada `seconds`, cada mensagem de uma pessoa nova."""
    for body in range(load.bodies):
        yield Post(body * load.seconds, tuple(_of(body * load.each + n) for n in range(load.each)))


def _of(n: int) -> Message:
    """A mensagem `n` de gente nova; quem volta (numa carga longa) continua a contar."""
    again, person = divmod(n, MOST_PEOPLE)
    first = greeting(1 + person)
    return msgspec.structs.replace(first, seq=again)


_KINDS: dict[str, Callable[[Load], Iterator[Post]]] = {
    "steady": _steady,
    "row": _row,
    "parallel": _parallel,
    "ramp": _ramp,
    "burst": _burst,
}
