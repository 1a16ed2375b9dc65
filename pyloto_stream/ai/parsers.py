"""Como se lê a resposta de cada tipo de campo? Um leitor por `flows.Parser`.

`answer` lê a resposta a uma pergunta feita e é tolerante; `volunteered` só colhe o que foi dito sem
pergunta quando há um sinal claro. Ambas devolvem vazio se não há o que aproveitar; nunca inventam.
"""

from collections.abc import Iterator

from pyloto_stream.ai import parsers_choices as choices
from pyloto_stream.ai import parsers_names as names
from pyloto_stream.ai import parsers_places as places
from pyloto_stream.ai.gestures import asks_about_us
from pyloto_stream.ai.parsers_companies import company
from pyloto_stream.ai.parsers_deadlines import deadline, deadline_said
from pyloto_stream.ai.parsers_numbers import quantity
from pyloto_stream.ai.parsers_people import people
from pyloto_stream.ai.parsers_rates import only_once, told_rate, usual_rate
from pyloto_stream.ai.parsers_terms import budget, budget_said
from pyloto_stream.ai.parsers_text import MAX_TEXT, Span, directs, questions, short_text, text
from pyloto_stream.ai.phrases import BREAK, Match, fold
from pyloto_stream.ai.reading import Reading, Tag
from pyloto_stream.conversation.flows import FIELDS, Field

ENOUGH = 4
"""Palavras com que uma oração já se entende sozinha."""


def answer(reading: Reading, name: str) -> str:
    """A resposta ao campo `name`, que acaba de ser perguntado."""
    field = FIELDS[name]
    if (at := choices.picked(reading, [choice.title for choice in field.choices])) is not None:
        numeric = field.parser == "quantity" and reading.words[-1].plain.isdecimal()
        if not numeric:
            return field.choices[at].value
    whole = (0, len(reading.words))
    match field.parser:
        case "choice" | "choices":
            read = choices.one if field.parser == "choice" else choices.several
            return _numbered(reading, field) or read(reading, name, field, *whole)
        case "choice_or_text":
            return choices.one(reading, name, field, *whole) or short_text(reading)
        case "text":
            return text(reading)
        case "quantity" if _rated(field):
            return told_rate(reading, name) or ("" if only_once(reading, name) else _quantity(reading))
        case "quantity":
            return people(reading, 0, len(reading.words), asked=True) or _quantity(reading)
        case "city" | "budget":  # o estado, ou o fim de um intervalo, pode vir depois de uma vírgula
            spans = list(_useful(reading))
            ends = spans[-1][1] if spans else 0
            return next(
                filter(None, (_by_shape(reading, field, (s, ends), asked=True) for s, _ in spans)), ""
            )
        case _:
            return _by_clauses(reading, field)


def _numbered(reading: Reading, field: Field) -> str:
    """As opções que a resposta só diz por número ("1 e 3")."""
    said = [word.plain for word in reading.words if word.text != BREAK and word.plain != "e"]
    many = (
        field.parser == "choices"
        and len(said) > 1
        and all(word.isdecimal() and len(word) == 1 for word in said)
    )
    return ", ".join(choice.value for at, choice in enumerate(field.choices, 1) if many and str(at) in said)


def _by_clauses(reading: Reading, field: Field) -> str:
    """O que responde ao campo, entre o que dizem as orações da resposta."""
    if field.parser == "name":
        return "" if reading.has("mark", "steer") else names.answered(reading, _useful(reading))
    if field.parser == "deadline":  # de vários, vale o que diz melhor quando, em que oração for
        told = list(_useful(reading))
        return _by_shape(reading, field, (told[0][0], told[-1][1]), asked=True) if told else ""
    announced = [m.start for m in reading.found("lead", field.parser)]  # "a firma é dele, se chama Rota 9"
    spans = sorted(_useful(reading), key=lambda span: not any(span[0] <= at < span[1] for at in announced))
    values = (_by_shape(reading, field, s, asked=True) for s in spans)
    found = [value for value in values if value]
    return next(iter(found), "")


def volunteered(reading: Reading, name: str) -> str:
    """O que o texto diz do campo `name` sem que ele tenha sido perguntado."""
    return reading.once(_volunteered, name)


def _volunteered(reading: Reading, name: str) -> str:
    field = FIELDS[name]
    if field.volunteer and field.parser in ("choice", "choice_or_text"):
        return choices.one(reading, name, field, 0, len(reading.words))
    if field.volunteer and field.parser == "choices":
        return choices.several(reading, name, field, 0, len(reading.words))
    if field.volunteer and field.parser in ("city", "name", "company", "budget", "deadline"):
        return _by_shape(reading, field, (0, len(reading.words)), asked=False)
    if field.volunteer:
        spans = reading.clauses()
        return next(filter(None, (_by_shape(reading, field, s, asked=False) for s in spans)), "")
    if field.parser == "quantity" and _rated(field):
        return usual_rate(reading, name)
    if field.parser == "quantity":
        return people(reading, 0, len(reading.words), asked=False) or _with_who_asks(reading, "")
    if choices.alone(reading, name):
        return choices.several(reading, name, field, 0, len(reading.words))
    return next(filter(None, (_hinted(reading, name, field, span) for span in reading.sentences())), "")


def _by_shape(reading: Reading, field: Field, span: Span, *, asked: bool) -> str:
    """Os campos que se reconhecem pela forma, na oração `span`."""
    if reading.has("mark", "steer"):
        return ""
    match field.parser:
        case "name":
            return names.answered(reading, [span]) if asked else names.person(reading, *span)
        case "city":
            return places.city(reading, *span, asked=asked)
        case "company":
            return company(reading, *span, asked=asked)
        case "budget":
            return (budget if asked else budget_said)(reading, *span, monthly="mens" in fold(field.label))
        case "deadline":
            return (deadline if asked else deadline_said)(reading, *span)
        case _:
            return ""


def _hinted(reading: Reading, name: str, field: Field, span: Span) -> str:
    """O dado que uma das frases `hints` anuncia na frase `span`."""
    hints = [m for m in reading.found("hint", name) if span[0] <= m.start < span[1]]
    if not hints:
        return ""
    match field.parser:
        case "choices":
            return choices.several(reading, name, field, *span)
        case "text":
            return _around(reading, span, hints[0].start)[:MAX_TEXT]
        case "deadline" | "budget":
            return _by_shape(reading, field, span, asked=False)
        case _:
            return _by_shape(reading, field, (hints[0].start, span[1]), asked=False)


def _around(reading: Reading, span: Span, at: int) -> str:
    """A oração de `at`, se diz o bastante; senão a frase inteira."""
    clause = next((c for c in reading.clauses() if c[0] <= at < c[1]), span)
    return reading.original(*(clause if clause[1] - clause[0] >= ENOUGH else span))


def _useful(reading: Reading) -> Iterator[Span]:
    """As orações que não perguntam nem conduzem a conversa."""
    about_us = asks_about_us(reading)
    for start, end in reading.clauses():
        marked = end < len(reading.words) and "?" in reading.words[end].plain
        asks = marked or (about_us and questions(reading, (start, end)))
        if not asks and not directs(reading, (start, end)):
            yield start, end


def _rated(field: Field) -> bool:
    """Conta-se por período ("por dia"), como dizem as opções do campo?"""
    return any(" por " in choice.value for choice in field.choices)


def _with_who_asks(reading: Reading, found: str) -> str:
    """A quantidade, contando quem fala: "eu e mais 3", "só eu", "nós dois"."""
    if reading.has("mark", "two_of_us") and not found:
        return "2"
    if reading.has("mark", "me_too") and found.isdecimal():
        return str(int(found) + 1)
    return found or ("1" if any(_means_alone(reading, m) for m in reading.found("mark", "only_me")) else "")


def _means_alone(reading: Reading, only: Match[Tag]) -> bool:
    """Não é queixa ("só eu que não tenho")?"""
    after = [word.plain for word in reading.words[only.end : only.end + 2]]
    if only.end - only.start == 1 and reading.words[only.start].plain == "eu" and len(reading.words) > ENOUGH:
        return False  # "Eu, Marlene, preciso…"
    return not (after[:1] and after[0] in ("que", "q") and after[1:] and after[1] in ("nao", "ainda"))


def _quantity(reading: Reading) -> str:
    if value := _with_who_asks(reading, quantity(reading, 0, len(reading.words))):
        return value
    starting = reading.found("mark", "starting")
    return reading.original(starting[0].start, starting[0].end) if starting else ""
