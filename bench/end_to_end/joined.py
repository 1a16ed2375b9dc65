"""Que resposta é de que mensagem, quanto demorou, e o que saiu errado? Junta o mandado com o que chegou.

O recibo de leitura diz até qual mensagem o turno foi; o enésimo recibo de uma pessoa é do enésimo envio a
ela, pois os turnos de uma conversa são um por vez. A demora de uma mensagem vai da hora em que devia sair até
o primeiro envio que a cobre. Puro.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise

import msgspec

from bench.end_to_end.load import Posted
from bench.end_to_end.meta import Call
from bench.end_to_end.people import Message, Post, city_of

NS_PER_MS = 1e6


class Answer(msgspec.Struct, frozen=True):
    """Um envio a alguém: cobre até a mensagem `seq` (`None`: não se sabe); o recibo chegou em `read_ns`."""

    at_ns: int
    reply_id: str
    body: bytes
    seq: int | None = None
    read_ns: int = 0


class Sample(msgspec.Struct, frozen=True):
    """Uma mensagem respondida; instantes em ns."""

    posted: Posted
    answer: Answer

    def own_ms(self, graph_ms: float) -> float:
        """Da hora de sair ao envio, em ms, sem a latência da Graph que o envio esperou (a do recibo)."""
        total = (self.answer.at_ns - self.posted.due_ns) / NS_PER_MS
        after_read = (self.answer.at_ns - self.answer.read_ns) / NS_PER_MS
        return total - graph_ms if self.answer.read_ns and after_read >= graph_ms else total


class Found(msgspec.Struct, frozen=True):
    """As mensagens respondidas, e quantas vezes houve cada erro."""

    samples: list[Sample]
    errors: Counter[str]


class _Body(msgspec.Struct):
    status: str = ""
    message_id: str = ""
    to: str = ""
    biz_opaque_callback_data: str = ""


def joined(
    plan: Sequence[Post], posted: Sequence[Posted], calls: Sequence[Call], *, conversation: bool
) -> Found:
    """Junta tudo. `conversation`: a resposta deve citar a cidade da última mensagem que cobre."""
    errors: Counter[str] = Counter()
    said: dict[int, list[tuple[Message, Posted]]] = defaultdict(list)
    for post, out in zip(plan, posted, strict=True):
        if out.status != 200:
            errors["not 200"] += len(post.messages)
            continue
        for message in post.messages:
            said[message.person].append((message, out))
    answers = answers_by_person(calls)
    samples: list[Sample] = []
    for person, messages in said.items():
        told = _covering(answers.get(person, []), messages[-1][0].seq, errors)
        errors.update(_faults(told, len(messages), conversation=conversation))
        for message, out in messages:
            answer = next((each for each in told if (each.seq or 0) >= message.seq), None)
            if answer is None:
                errors["unanswered"] += 1
            else:
                samples.append(Sample(out, answer))
    return Found(samples, errors)


def answers_by_person(calls: Sequence[Call]) -> dict[int, list[Answer]]:
    """Os envios a cada pessoa, na ordem de chegada, com o recibo de cada um, se os números batem."""
    reads: dict[int, list[tuple[int, int]]] = defaultdict(list)
    sends: dict[int, list[Answer]] = defaultdict(list)
    for call in calls:
        body = msgspec.json.decode(call.body, type=_Body)
        if body.status == "read":
            _, _, person, seq = body.message_id.split(".")
            reads[int(person)].append((int(seq), call.at_ns))
        else:
            sent = Answer(call.at_ns, body.biz_opaque_callback_data, bytes(call.body))
            sends[int(body.to[-4:])].append(sent)
    return {
        person: [
            msgspec.structs.replace(answer, seq=seq, read_ns=read_ns)
            for answer, (seq, read_ns) in zip(found, reads[person], strict=True)
        ]
        if len(found) == len(reads[person])
        else found
        for person, found in sends.items()
    }


def _covering(answers: Sequence[Answer], last: int, errors: Counter[str]) -> list[Answer]:
    """Um envio sem recibo cobre a única mensagem de quem só escreveu uma; de outro, não se sabe."""
    if any(answer.seq is None for answer in answers) and last:
        errors["unread"] += 1
    return [msgspec.structs.replace(answer, seq=last) if answer.seq is None else answer for answer in answers]


def _faults(answers: Sequence[Answer], messages: int, *, conversation: bool) -> Counter[str]:
    errors: Counter[str] = Counter()
    order = [answer.seq or 0 for answer in answers]
    errors["out of order"] += sum(after <= before for before, after in pairwise(order))
    errors["repeated"] += max(0, len(answers) - messages)
    if conversation:  # à primeira mensagem se responde com o aviso de privacidade, sem citar a cidade
        corrected = [(answer.seq, answer.body) for answer in answers if answer.seq]
        errors["wrong reply"] += sum(city_of(seq).encode() not in body for seq, body in corrected)
    return +errors
