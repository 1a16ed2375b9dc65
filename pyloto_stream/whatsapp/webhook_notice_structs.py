"""Que forma têm os avisos da Meta sobre a conta, os números, os modelos e os formulários?

O que está aqui é o que se guarda: enumerações, ids e números. Textos livres, nomes de pessoas e telefones de
terceiros não têm campo, e por isso nunca são lidos. `list[Raw]` é só contada.
Fonte: referência de webhooks da WhatsApp Business Platform (v24.0).
"""

from msgspec import Raw, Struct

Loose = str | int | float | bool | None
"""Enumeração, id ou número: a Meta escreve o mesmo de mais de um modo."""


class TemplateValue(Struct, gc=False):
    """O que todo aviso de modelo tem."""

    message_template_id: Loose = None
    message_template_name: Loose = None
    message_template_language: Loose = None


class DisableInfo(Struct, gc=False):
    """Desde quando está desligado."""

    disable_date: Loose = None


class TemplateStatus(TemplateValue, gc=False):
    """`message_template_status_update`."""

    event: Loose = None
    reason: Loose = None
    message_template_category: Loose = None
    disable_info: DisableInfo | None = None


class TemplateQuality(TemplateValue, gc=False):
    """`message_template_quality_update`."""

    new_quality_score: Loose = None
    previous_quality_score: Loose = None


class TemplateComponents(TemplateValue, gc=False):
    """`message_template_components_update`: o texto novo é buscado na Graph, não lido daqui."""

    message_template_buttons: list[Raw] | None = None


class TemplateCategory(TemplateValue, gc=False):
    """`template_category_update`: aviso (`correct_category`) ou fato (`previous_category`)."""

    new_category: Loose = None
    correct_category: Loose = None
    previous_category: Loose = None
    category_update_timestamp: Loose = None


class NumberValue(Struct, gc=False):
    """O que todo aviso de número tem; do número, que é o nosso, ficam os últimos dígitos."""

    display_phone_number: Loose = None
    phone_number_id: Loose = None


class NumberQuality(NumberValue, gc=False):
    """`phone_number_quality_update`."""

    event: Loose = None
    current_limit: Loose = None
    old_limit: Loose = None
    max_daily_conversations_per_business: Loose = None


class NumberDecision(NumberValue, gc=False):
    """`phone_number_name_update` e `account_review_update`; o nome pedido não é guardado."""

    decision: Loose = None


class NumberStatus(NumberValue, gc=False):
    """`business_username_update`; o nome não é guardado."""

    status: Loose = None


class NumberSecurity(NumberValue, gc=False):
    """`security`: alguém mexeu no PIN; quem (`requester`) não é guardado."""

    event: Loose = None


class Capability(Struct, gc=False):
    """`business_capability_update`."""

    max_daily_conversations_per_business: Loose = None
    max_daily_conversation_per_phone: Loose = None
    max_phone_numbers_per_business: Loose = None
    max_phone_numbers_per_waba: Loose = None


class Restriction(Struct, gc=False):
    """Uma restrição em vigor; `expiration` em segundos Unix."""

    restriction_type: Loose = None
    expiration: Loose = None


class Violation(Struct, gc=False):
    """Que regra foi violada."""

    violation_type: Loose = None


class Ban(Struct, gc=False):
    """Suspensão da conta."""

    waba_ban_state: Loose = None
    waba_ban_date: Loose = None


class AccountUpdate(Struct, gc=False):
    """`account_update`."""

    event: Loose = None
    restriction_info: list[Restriction] | None = None
    violation_info: Violation | None = None
    ban_info: Ban | None = None


class AlertInfo(Struct, gc=False):
    """O alerta, sem a descrição."""

    alert_severity: Loose = None
    alert_status: Loose = None
    alert_type: Loose = None


class AccountAlert(Struct, gc=False):
    """`account_alerts`; os campos vêm dentro de `alert_info` ou fora dele."""

    entity_type: Loose = None
    entity_id: Loose = None
    alert_info: AlertInfo | None = None
    alert_severity: Loose = None
    alert_status: Loose = None
    alert_type: Loose = None


class FlowError(Struct, gc=False):
    """Um tipo de erro de um formulário."""

    error_type: Loose = None


class FlowHealth(Struct, gc=False):
    """`flows`: situação e saúde de um formulário; latências em milissegundos, taxas em porcentagem."""

    event: Loose = None
    flow_id: Loose = None
    old_status: Loose = None
    new_status: Loose = None
    threshold: Loose = None
    alert_state: Loose = None
    error_rate: Loose = None
    availability: Loose = None
    p50_latency: Loose = None
    p90_latency: Loose = None
    requests_count: Loose = None
    errors: list[FlowError] | None = None


class ChunkPlace(Struct, gc=False):
    """Que parte do histórico é esta."""

    phase: Loose = None
    chunk_order: Loose = None
    progress: Loose = None


class Chunk(Struct, gc=False):
    """Uma parte do histórico: conversas de até 180 dias, de que só se conta quantas são."""

    metadata: ChunkPlace | None = None
    threads: list[Raw] | None = None
    errors: list[Raw] | None = None


class Recorded(Struct, gc=False):
    """Campos de que só se anota que chegaram, e quantos itens traziam."""

    event: Loose = None
    history: list[Chunk] | None = None
    state_sync: list[Raw] | None = None
    automatic_events: list[Raw] | None = None
    tracking: list[Raw] | None = None
    groups: list[Raw] | None = None
