"""Como contar uma conversa de ponta a ponta? Um roteiro de passos, tocado por eventos, e a sua transcrição.

Promete: cada fala sai como webhook assinado e só depois de aceita vem a próxima; esperar é por evento, nunca
por pausa. A transcrição traz o que houve até o primeiro problema, que vem como valor e não como exceção.
"""

from collections.abc import Awaitable, Callable
from typing import Literal, Protocol

import msgspec

from pyloto_stream.simulator.bubbles import Bubble
from pyloto_stream.simulator.delivery import Delivery
from pyloto_stream.simulator.faults import FaultBook
from pyloto_stream.simulator.people import Person, Profile
from pyloto_stream.simulator.script_steps import Await as Await  # noqa: PLC0414 — daqui se importam os passos
from pyloto_stream.simulator.script_steps import Break as Break  # noqa: PLC0414 — idem
from pyloto_stream.simulator.script_steps import Burst as Burst  # noqa: PLC0414 — idem
from pyloto_stream.simulator.script_steps import Gesture, Make
from pyloto_stream.simulator.script_steps import Post as Post  # noqa: PLC0414 — idem
from pyloto_stream.simulator.script_steps import Say as Say  # noqa: PLC0414 — idem
from pyloto_stream.simulator.script_steps import Step as Step  # noqa: PLC0414 — idem
from pyloto_stream.simulator.script_steps import Tap as Tap  # noqa: PLC0414 — idem
from pyloto_stream.simulator.script_steps import Watch as Watch  # noqa: PLC0414 — idem

Watcher = Callable[[Person, str], Awaitable[str]]
"""Espera o que um `Watch` diz; devolve o que o impediu, ou vazio."""


Speaker = Literal["person", "bot", "human"]
"""Quem fala numa transcrição; `human` é alguém da empresa, pelo aplicativo."""


class Script(msgspec.Struct, frozen=True):
    """Um roteiro. `reply_timeout_s` vale para cada resposta."""

    name: str
    person: Profile
    steps: tuple[Step, ...]
    reply_timeout_s: float = 15.0


class Entry(msgspec.Struct, frozen=True):
    """Uma linha: `at_ms` desde o início; `options`, os títulos oferecidos; `latency_ms`, só nas respostas."""

    at_ms: float
    who: Speaker
    text: str
    kind: str
    options: tuple[str, ...] = ()
    latency_ms: float | None = None


class Transcript(msgspec.Struct, frozen=True):
    """O que houve. `problem` vazio: o roteiro chegou ao fim."""

    script: str
    entries: tuple[Entry, ...]
    problem: str = ""

    @property
    def latencies_ms(self) -> tuple[float, ...]:
        """A latência de cada resposta: do início do POST do webhook até a chamada à Graph."""
        return tuple(entry.latency_ms for entry in self.entries if entry.latency_ms is not None)


class Stage(Protocol):
    """O que um roteiro usa do simulador."""

    faults: FaultBook

    def person(self, profile: Profile) -> Person:
        """A pessoa de `profile`, criada se falta."""

    def now_s(self) -> float:
        """Relógio monotônico, em segundos."""


class _StuckError(Exception):
    """O roteiro não pode seguir."""


async def _unseen(_person: Person, what: str) -> str:
    return f"nobody can see {what!r}"


async def play(simulator: Stage, script: Script, watch: Watcher = _unseen) -> Transcript:
    """Toca `script` e devolve a transcrição; nunca levanta por causa do que o bot fez ou deixou de fazer.

    `watch` espera o que os passos `Watch` dizem.
    """
    player = _Player(simulator, script, watch)
    problem = ""
    for number, step in enumerate(script.steps, 1):
        try:
            await player.perform(step)
        except _StuckError as stuck:
            problem = f"step {number}: {stuck}"
            break
    player.collect()
    return Transcript(script.name, tuple(player.entries), problem)


class _Player:
    def __init__(self, simulator: Stage, script: Script, watch: Watcher) -> None:
        self.entries: list[Entry] = []
        self._faults = simulator.faults
        self._watch = watch
        self._now_s = simulator.now_s
        self._started_s = simulator.now_s()
        self._timeout_s = script.reply_timeout_s
        self._person = simulator.person(script.person)
        self._written = self._answered = len(self._person.replies)

    async def perform(self, step: Step) -> None:
        if not isinstance(step, Await | Watch | Break):
            self._answered = len(self._person.replies)  # antes do POST: a resposta pode vir antes do 200
        match step:
            case Say(text, copies):
                await self._posted(self._person.say(text), copies)
            case Burst(texts):
                for text in texts:
                    await self._posted(self._person.say(text))
            case Tap(title):
                await self._posted(self._person.tap(self._choice(title)))
            case Await(count, contains):
                await self._await(count, contains)
            case Break(fault):
                self._faults.add(msgspec.structs.replace(fault, to=self._person.profile.key))
            case Watch(what):
                if problem := await self._watch(self._person, what):
                    raise _StuckError(problem)
            case _:
                await self._gesture(step)

    async def _gesture(self, step: Gesture) -> None:
        shown = len(self._person.thread)
        try:
            delivery = step.made_by(self._person)
        except LookupError as error:
            raise _StuckError(str(error)) from None
        quiet = len(self._person.thread) == shown  # uma reação, por exemplo, não é um balão
        await self._posted(delivery, bubble=_unshown(step) if quiet else None)

    def collect(self) -> None:
        """Passa para a transcrição as respostas que chegaram e põe tudo em ordem de tempo."""
        for reply in self._person.replies[self._written :]:
            self._write("bot", self._person.bubble(reply.wamid), reply.at_s, reply.latency_ms)
        self._written = len(self._person.replies)
        self.entries.sort(key=lambda entry: entry.at_ms)

    async def _posted(self, delivery: Delivery, copies: int = 1, bubble: Bubble | None = None) -> None:
        bubble = bubble or self._person.thread[-1]
        repeats = [self._person.repeat(delivery) for _ in range(copies - 1)]
        accepted = all([await each.accepted() for each in (delivery, *repeats)])
        who: Speaker = "human" if bubble.human else "person"
        self._write(who, bubble, delivery.started_s or self._now_s())
        if not accepted:
            last = delivery.attempts[-1] if delivery.attempts else None
            raise _StuckError(f"webhook not accepted ({(last.status or last.reason) if last else 'stopped'})")

    def _choice(self, title: str) -> str:
        options = [option for bubble in reversed(self._person.thread) for option in bubble.options]
        for option in options:
            if option.title == title:
                return option.id
        raise _StuckError(f"no option titled {title!r}; offered: {[option.title for option in options]}")

    async def _await(self, count: int, contains: str) -> None:
        left = count
        while left > 0:
            try:
                reply = await self._person.reply(self._answered, self._timeout_s)
            except TimeoutError:
                missing = f" with {contains!r}" if contains else ""
                raise _StuckError(f"no reply{missing} within {self._timeout_s:g} s") from None
            self._answered += 1
            if contains in self._person.bubble(reply.wamid).text:
                left -= 1

    def _write(self, who: Speaker, bubble: Bubble, at_s: float, latency_ms: float | None = None) -> None:
        titles = tuple(option.title for option in bubble.options)
        at_ms = (at_s - self._started_s) * 1000
        self.entries.append(
            Entry(at_ms, who, bubble.summary() or bubble.kind, bubble.kind, titles, latency_ms)
        )


def _unshown(step: Gesture) -> Bubble:
    name = step.gesture if isinstance(step, Make) else type(step).__name__.lower()
    return Bubble("", mine=True, at_ms=0, kind="other", text=f"({name})")
