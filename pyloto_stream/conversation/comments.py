"""O que se diz do que a pessoa disse, antes da próxima pergunta?

Promete: vale a resposta proposta e já conferida (`Understanding.reply`); sem ela, falam os textos fixos.
Nunca toma o lugar da pergunta, do aviso de privacidade, do resumo de uma entrega nem de uma correção.
"""

from collections.abc import Mapping

from pyloto_stream.conversation.endings import answer_text
from pyloto_stream.conversation.flows import SUBJECTS
from pyloto_stream.conversation.intents import CONFIDENT, mentioned
from pyloto_stream.conversation.records import Intent
from pyloto_stream.conversation.texts import TEXTS, topic_text
from pyloto_stream.conversation.understanding import Understanding

NOTES: Mapping[str, str] = {
    "audio": TEXTS.audio,
    "audio_long": TEXTS.audio_long,
    "media": TEXTS.media,
    "location": TEXTS.location,
    "contacts": TEXTS.contacts,
    "stale": TEXTS.stale_choice,
    "form": TEXTS.form_unread,
}


def answered(heard: Understanding) -> str:
    """A resposta ao que se perguntou: a proposta ou o texto do tema."""
    return heard.reply or topic_text(heard.topic)


def about(intent: Intent, heard: Understanding) -> str:
    """O que se diz de um assunto que não coleta dados; o de outro canal fala sempre pelo arquivo dele."""
    subject = SUBJECTS[intent]
    if subject.ends == "ROUTE_EXTERNAL":
        return answer_text(intent)
    return answered(heard) if heard.reply or heard.topic else subject.answer or topic_text("")


def comment(heard: Understanding, *, learned: bool) -> str:
    """No meio de uma coleta: a resposta ao que se perguntou, ou um sinal de que se ouviu; pode ser vazio."""
    if heard.aside:
        return answered(heard)
    if out_of_scope(heard) and not learned:
        return heard.reply or TEXTS.again_unsupported
    return "" if heard.corrections or heard.gesture in ("back", "refuse") else heard.reply


def out_of_scope(heard: Understanding) -> bool:
    """A pessoa só falou, com certeza, do que não tratamos?"""
    return not mentioned(heard) and any(
        score.intent == "UNSUPPORTED" and score.confidence >= CONFIDENT for score in heard.intents
    )
