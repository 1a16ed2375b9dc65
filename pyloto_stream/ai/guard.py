"""O que um modelo escreveu pode ir para a pessoa? A última porta antes de uma resposta que não é nossa.

Promete um motivo estável para cada recusa, sem levantar nunca; o que se proíbe está em `data/guard.toml`.
Quem recebe uma recusa responde com as regras. Limite: lê palavras, não sentidos; na dúvida, não deixa sair.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain
from typing import Literal

import msgspec

from pyloto_stream.ai.guard_links import without_allowed, written_link
from pyloto_stream.ai.guard_rules import RULES, Patterns, any_of
from pyloto_stream.ai.masking import personal
from pyloto_stream.ai.masking_text import Plain, plain
from pyloto_stream.conversation.texts import KNOWLEDGE, TEXTS

Reason = Literal[
    "", "empty", "too_long", "personal_data", "link", "price", "promise", "contract", "prompt_text", "format",
    "language", "question_twice",
]  # fmt: skip


_BY_REASON: tuple[tuple[Reason, Patterns], ...] = (
    ("price", RULES.price),
    ("promise", RULES.promise),
    ("contract", RULES.contract),
    ("prompt_text", RULES.prompt_text),
    ("personal_data", RULES.personal_data),
)
_SUBJECTS = tuple((reason, any_of(said.always), any_of(said.unless_deferred)) for reason, said in _BY_REASON)
_DEFERRED = any_of(RULES.deferrals)
_FORMAT = any_of(RULES.format.always)
_ELSEWHERE = any_of(RULES.links.elsewhere)
_PORTUGUESE = frozenset(RULES.language.portuguese.split())
_FOREIGN = frozenset(RULES.language.foreign.split()) - _PORTUGUESE
_LINK = written_link(RULES.links.endings.split(), RULES.links.spaced_endings.split())

_SENTENCE = re.compile(r"[.!?\n]+(?=\s|$)")
_WORD = re.compile(r"[^\W_]+")
_SPELLED = re.compile(r"(?<![^\W_])[^\W_](?:[\s.\-_*·|]{1,2}[^\W_](?![^\W_])){3,}")
_BROKEN = re.compile(r"(?<=[a-z])[._*|·-]+(?=[a-z])")
_LEET = re.compile(r"\b(?=[a-z0-9@]*[a-z][0-9@]+[a-z])[a-z0-9@]+\b")
_BETWEEN = re.compile(r"[\W_]+")
_LETTERS = str.maketrans("013457@", "oieasta")
_SPACES = re.compile(r"[^\S\n]+")
_MIN_WORDS = 4
_MANY_WORDS = 8


def check(reply: str, *, secrets: Sequence[str] = (), links: Sequence[str] | None = None) -> Reason:
    """Vazio se `reply` pode sair; senão, por que não.

    `secrets` são as instruções do modelo, que não podem aparecer; `links`, os endereços permitidos (por
    omissão, os de `knowledge.toml`).
    """
    allowed = tuple(KNOWLEDGE.links.values()) if links is None else tuple(links)
    return _guard(tuple(secrets), allowed).check(reply)


@lru_cache(maxsize=8)
def _guard(secrets: tuple[str, ...], links: tuple[str, ...]) -> "Guard":
    return Guard(secrets, links)


class Guard:
    """A porta com as instruções `secrets` e os endereços `links` já preparados."""

    def __init__(self, secrets: Iterable[str], links: Iterable[str]) -> None:
        self._secret = frozenset(chain.from_iterable(map(_runs, secrets))) - _public_runs()
        self._links = frozenset(links)

    def check(self, reply: str) -> Reason:
        """Como `check`."""
        if not any(char.isalnum() for char in reply):
            return "empty"
        if len(reply) > RULES.max_chars:
            return "too_long"
        rest = without_allowed(reply, self._links)
        simple = plain(rest)
        return self._told(rest, simple) or _shaped(rest, simple.text)

    def _told(self, rest: str, simple: Plain) -> Reason:
        """O que se recusa pelo que diz; `rest` é a resposta sem os endereços permitidos."""
        linked = _LINK(rest, simple) or _ELSEWHERE.search(simple.text) is not None
        if personal(rest) and not (linked and "://" in simple.text):
            return "personal_data"
        if linked:
            return "link"
        for text in _readings(simple.text):
            if reason := _subject(text):
                return reason
        leaked = self._secret and not self._secret.isdisjoint(_runs(rest))
        return "prompt_text" if leaked else ""


def _shaped(rest: str, simple: str) -> Reason:
    """O que se recusa pela forma."""
    if _FORMAT.search(rest) or any(map(_unseen, rest.replace("\u200d", ""))):
        return "format"
    if _other_language(rest, simple):
        return "language"
    return "question_twice" if simple.count("?") > 1 else ""


def _readings(text: str) -> Iterable[str]:
    """O texto como se lê: também sem o que separa as letras de uma palavra, e sem números por letras."""
    text = _SPACES.sub(" ", text)
    yield text
    for join in (_whole, _after_first):
        joined = _SPELLED.sub(join, text)
        joined = _LEET.sub(lambda word: word[0].translate(_LETTERS), _BROKEN.sub("", joined))
        if joined != text:
            yield joined


def _whole(spelled: re.Match[str]) -> str:
    return _BETWEEN.sub("", spelled[0])


def _after_first(spelled: re.Match[str]) -> str:
    """A primeira letra pode ser uma palavra ("é g r á t i s")."""
    return f"{spelled[0][0]} {_BETWEEN.sub('', spelled[0][1:])}"


def _subject(text: str) -> Reason:
    for reason, always, unless_deferred in _SUBJECTS:
        if always.search(text):
            return reason
        if not unless_deferred.search(text):
            continue
        for sentence in _SENTENCE.split(text):
            if unless_deferred.search(sentence) and not _DEFERRED.search(sentence):
                return reason
    return ""


def _runs(text: str) -> Iterable[tuple[str, ...]]:
    """As sequências de `shared_words` palavras de um texto."""
    words, size = _WORD.findall(plain(text).text), RULES.shared_words
    return (tuple(words[at : at + size]) for at in range(len(words) - size + 1))


@lru_cache(maxsize=1)
def _public_runs() -> frozenset[tuple[str, ...]]:
    """O que dizemos a todos, e por isso não é segredo mesmo que as instruções o repitam."""
    lines = [topic.text for topic in KNOWLEDGE.topics] + [command.text for command in KNOWLEDGE.commands]
    lines += [value for value in msgspec.structs.astuple(TEXTS) if isinstance(value, str)]
    return frozenset(chain.from_iterable(map(_runs, lines)))


def _unseen(char: str) -> bool:
    """Controle, direção ou formato invisível; a quebra de linha é vista."""
    return char != "\n" and unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def _other_language(reply: str, simple: str) -> bool:
    foreign_letters = (c for c in reply if c.isalpha() and not c.isascii())
    if any("LATIN" not in unicodedata.name(c, "") and c not in "ªº" for c in foreign_letters):
        return True
    words = _WORD.findall(simple)
    ours = sum(word in _PORTUGUESE for word in words)
    theirs = sum(word in _FOREIGN for word in words)
    return len(words) >= _MIN_WORDS and (theirs > ours or (len(words) >= _MANY_WORDS and ours == 0))
