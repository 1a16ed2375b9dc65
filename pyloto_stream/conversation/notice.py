"""A pessoa já sabe o que fazemos com o que ela nos diz? O aviso de privacidade vai na primeira resposta.

Promete: uma vez por versão do aviso, e o registro de que foi mostrado. Limite: a linha de uma falha e a de
uma inundação saem sozinhas; o aviso espera pela primeira resposta.
"""

from pyloto_stream.conversation.draft import Draft
from pyloto_stream.conversation.texts import TEXTS, with_notice


def introduce(draft: Draft) -> None:
    """Põe o aviso na resposta que sai neste turno, se há uma e a pessoa ainda não o recebeu."""
    state = draft.state
    if draft.reply is None or draft.answer or state.consent_version == TEXTS.privacy_version:
        return
    draft.reply = with_notice(draft.reply)
    state.consent_version, state.consent_at_ms = TEXTS.privacy_version, draft.now_ms
    draft.audit(f"{draft.turn_id}:notice", "PRIVACY_NOTICE_SHOWN", reason=TEXTS.privacy_version)
