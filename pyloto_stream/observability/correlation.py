"""Como juntar as linhas de log de um mesmo trabalho? Por um id que acompanha a tarefa sozinho."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

MAX_LENGTH = 64
_ACCEPTED = re.compile(rf"[A-Za-z0-9._-]{{1,{MAX_LENGTH}}}", re.ASCII)
_PHONE_LIKE = re.compile(r"[0-9]{8}", re.ASCII)
_LETTERS = str.maketrans("0123456789", "ghijklmnop")
_DRAWN = 512
"""Ids sorteados de uma vez: perguntar ao sistema por um só custa mais que o resto dele."""
_LENGTH = 16
"""Letras de um id."""
_ready: list[str] = []
os.register_at_fork(after_in_child=_ready.clear)  # senão pai e filho dariam os mesmos ids
_current: ContextVar[str] = ContextVar("correlation_id", default="")


def new_correlation_id() -> str:
    """Um id novo, de 64 bits em 16 letras: sem algarismos, nunca parece um telefone."""
    while True:
        try:
            return _ready.pop()
        except IndexError:  # mesmo depois de sortear: outra linha pode levar o último
            letters = os.urandom(_DRAWN * _LENGTH // 2).hex().translate(_LETTERS)
            _ready.extend(letters[at : at + _LENGTH] for at in range(0, len(letters), _LENGTH))


def current_correlation_id() -> str:
    """O id em vigor nesta tarefa; vazio fora de `correlated`."""
    return _current.get()


def adopted(correlation_id: str = "") -> str:
    """`correlation_id`, ou um novo se ele não tem a forma aceita.

    Oito algarismos seguidos podem ser um telefone, e o id vai para a auditoria, que não esquece: recusados.
    """
    usable = correlation_id and _ACCEPTED.fullmatch(correlation_id) and not _PHONE_LIKE.search(correlation_id)
    return correlation_id if usable else new_correlation_id()


def carry(correlation_id: str) -> None:
    """Põe em vigor `correlation_id` até o fim desta tarefa, que é só deste trabalho."""
    _current.set(correlation_id)


@contextmanager
def correlated(correlation_id: str = "") -> Iterator[str]:
    """Põe em vigor o que `adopted` diz de `correlation_id`, e o devolve."""
    chosen = adopted(correlation_id)
    token = _current.set(chosen)
    try:
        yield chosen
    finally:
        _current.reset(token)
