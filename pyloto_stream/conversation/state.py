"""O que lembramos de uma conversa entre turnos? Só isto; o resto está no histórico.

Escrito apenas por quem tem o token da conversa. Campos novos têm sempre valor padrão.
"""

import msgspec

from pyloto_stream.conversation.records import Intent, Outcome


class QueuedIntent(msgspec.Struct, omit_defaults=True):
    """Intenção na fila: nada é coletado fora da ativa."""

    intent: Intent
    at_ms: int
    confidence: float


class Session(msgspec.Struct, omit_defaults=True):
    """Uma sessão aberta.

    `asked` é o campo cuja pergunta está em aberto; `asks` conta suas respostas inúteis, seguidas.
    """

    id: str
    opened_at_ms: int
    active: Intent = "ENTRY_UNKNOWN"
    confidence: float = 0.0
    queue: list[QueuedIntent] = []
    detected: list[Intent] = []
    resolved: list[Intent] = []
    facts: dict[str, str] = {}
    asked: str = ""
    asks: int = 0
    timer_due_ms: int = 0
    turns: int = 0
    told: list[str] = []
    """Linhas avulsas já ditas nesta sessão (`call`, `media`)."""
    window: list[str] = []
    """As últimas falas, mascaradas, para o modelo (`U: …` e `P: …`); vazia quando só as regras trabalham."""
    prompt_version: str = ""


class ConversationState(msgspec.Struct, omit_defaults=True):
    """Estado de uma conversa; `reply_to` e `facts` são dados pessoais e nunca vão para registros de log."""

    reply_to: str = ""
    phone_number_id: str = ""
    heard_at_ms: int = 0
    """De quando são `reply_to` e `phone_number_id`."""
    last_inbound_at_ms: int = 0
    last_inbound_id: str = ""
    recorded_at_ms: int = 0
    """O instante da última mensagem que se registrou."""
    session: Session | None = None
    profile: dict[str, str] = {}
    """Fatos que valem para além da sessão (nome, cidade, empresa, papel, se fala por uma empresa)."""
    refused: list[str] = []
    """Campos opcionais que a pessoa não quis dizer: nunca voltam a ser pedidos."""
    last_outcome: Outcome | None = None
    closed_at_ms: int = 0
    summaries: list[str] = []
    """Resumos congelados das últimas sessões (no máximo 3)."""
    handoff_id: str = ""
    """A última entrega feita a uma pessoa, para quem a aceita ou encerra."""
    older_handoffs: list[str] = []
    """As de antes dela que talvez ainda esperem (as últimas 5): quem atende a conversa as atende juntas."""
    attended_at_ms: int = 0
    """O último sinal de quem atende no lugar do robô: conta para a devolução, como as mensagens da pessoa."""
    consent_version: str = ""
    consent_at_ms: int = 0
    """Que aviso de privacidade a pessoa recebeu, e quando: quem segue escrevendo o aceita."""
    cooldown_until_ms: int = 0
    cooldown_reminded: bool = False
    routed_intent: str = "PYLOTO_ENTREGA_REQUEST"
    """O assunto que mandou a pessoa a outro canal, para o lembrete do descanso."""
    recent_ms: list[int] = []
    """Instantes das últimas mensagens, para detectar inundação."""
    flood_until_ms: int = 0
    flood_level: int = 0
    flood_last_ms: int = 0
    marketing_opt_out: bool = False
    """A pessoa pediu para não receber mensagens de marketing."""
    marketing_changed_ms: int = 0
