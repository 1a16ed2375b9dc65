"""Como entender o que alguém escreveu sem que um documento ou contato dele vire um fato da conversa?

Quem entende lê, no lugar de cada um, uma palavra que nada significa; no fato que a leve, ela vira o nome do
que estava ali (`[CPF]`). Promete: nem o documento nem um pedaço dele entra num fato. Limite: o do `masking`;
e um número partido entre dois turnos não se reconhece. Pura.
"""

import re
from collections.abc import Mapping, Sequence

import msgspec

from pyloto_stream.ai.masking import KINDS, swapped, swapped_all
from pyloto_stream.ai.parsers_text import MAX_TEXT
from pyloto_stream.conversation.events import MessageReceived
from pyloto_stream.conversation.forms import FORM
from pyloto_stream.conversation.understanding import Understanding

_WORDS = {kind: f"x0{kind.lower().replace('-', '')}" for kind in KINDS}
"""Com um algarismo, para não passar por um nome; sem separador, para ser uma palavra só."""
_NAMES = {word: f"[{kind}]" for kind, word in _WORDS.items()}
_WORD = re.compile("|".join(_NAMES), re.IGNORECASE)
_CUT = re.compile(r"\s*\bx0[a-z]*\Z", re.IGNORECASE)


def hushed(messages: Sequence[MessageReceived]) -> list[MessageReceived]:
    """As mensagens de um turno como as lê quem entende."""
    texts = swapped_all([message.text for message in messages], _WORDS.__getitem__)
    return [_hushed(message, text) for message, text in zip(messages, texts, strict=True)]


def hush(text: str) -> str:
    """`text` com uma palavra no lugar de cada dado pessoal."""
    return swapped(text, _WORDS.__getitem__)


def named(heard: Understanding) -> Understanding:
    """O que se entendeu de mensagens de `hushed`, com o nome de cada coisa no lugar da palavra."""
    return msgspec.structs.replace(heard, facts=_named(heard.facts), corrections=_named(heard.corrections))


def _hushed(message: MessageReceived, text: str) -> MessageReceived:
    form = {name: value if name == FORM else hush(value) for name, value in message.form.items()}
    if (text, form) == (message.text, message.form):
        return message
    return msgspec.structs.replace(message, text=text, form=form)


def _named(facts: Mapping[str, str]) -> dict[str, str]:
    """Com os nomes; um fato que era só o que se escondeu não é nenhum, e volta a ser perguntado."""
    told = {name: _uncut(value) for name, value in facts.items()}
    return {
        name: _WORD.sub(lambda word: _NAMES[word[0].lower()], value)
        for name, value in told.items()
        if any(map(str.isalnum, _WORD.sub("", value)))
    }


def _uncut(value: str) -> str:
    """Um texto do maior tamanho pode ter sido cortado no meio da palavra."""
    if len(value) < MAX_TEXT - 1:
        return value
    return _CUT.sub(lambda end: end[0] if end[0].strip().lower() in _NAMES else "", value)
