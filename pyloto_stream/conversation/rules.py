"""Que prazos e limites regem uma sessão? Estes, todos em segundos, vindos da configuração."""

import msgspec


class SessionRules(msgspec.Struct, frozen=True):
    """Limites da seção 2 e 6 do contrato do produto; os padrões são os do contrato."""

    awaiting_user_timeout_s: int = 7200
    session_idle_timeout_s: int = 1800
    route_external_cooldown_s: int = 1800
    flood_threshold: int = 10
    """Mais mensagens do que isto em `flood_window_s` são inundação."""
    flood_window_s: int = 60
    flood_cooldown_s: int = 300
    """Primeiro silêncio; dobra a cada repetição em 24 h, até `flood_cooldown_max_s`."""
    flood_cooldown_max_s: int = 21600
    handoff_release_after_s: int = 43200
    forms: frozenset[str] = frozenset()
    """Os formulários que se podem oferecer agora, por nome (`conversation/forms.py`)."""
