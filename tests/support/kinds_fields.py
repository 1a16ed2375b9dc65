"""Um webhook de cada campo que não é de conversa: conta, números, modelos, formulários e meros registros."""

from collections.abc import Mapping

from tests.support.webhooks import SENT_S, Object

WABA = "200000000000001"
_TEMPLATE: Object = {
    "message_template_id": 594425479261596,
    "message_template_name": "retomada",
    "message_template_language": "pt_BR",
}
_NUMBER: Object = {"display_phone_number": "554130000000"}

_VALUES: dict[str, Object] = {
    "message_template_status_update": _TEMPLATE
    | {
        "event": "REJECTED",
        "reason": "INVALID_FORMAT",
        "rejection_info": {"reason": "texto da Meta"},
    },
    "message_template_quality_update": _TEMPLATE
    | {
        "previous_quality_score": "GREEN",
        "new_quality_score": "YELLOW",
    },
    "message_template_components_update": _TEMPLATE
    | {
        "message_template_element": "Olá {{1}}",
        "message_template_buttons": [{"message_template_button_text": "x"}],
    },
    "template_category_update": _TEMPLATE | {"new_category": "MARKETING", "previous_category": "UTILITY"},
    "phone_number_quality_update": _NUMBER
    | {
        "event": "THROUGHPUT_UPGRADE",
        "max_daily_conversations_per_business": "TIER_2K",
    },
    "phone_number_name_update": _NUMBER
    | {
        "decision": "APPROVED",
        "requested_verified_name": "Pyloto",
        "rejection_reason": None,
    },
    "business_username_update": _NUMBER | {"username": "pyloto", "status": "approved"},
    "security": _NUMBER | {"event": "PIN_CHANGED", "requester": "61555822107539"},
    "business_capability_update": {
        "max_daily_conversations_per_business": 2000,
        "max_phone_numbers_per_business": 25,
    },
    "account_update": {
        "event": "ACCOUNT_RESTRICTION",
        "restriction_info": [
            {"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expiration": SENT_S},
            {"restriction_type": "RESTRICTED_ADD_PHONE_NUMBER_ACTION", "expiration": SENT_S + 5},
        ],
    },
    "account_review_update": {"decision": "APPROVED"},
    "account_alerts": {
        "entity_type": "WABA",
        "entity_id": int(WABA),
        "alert_info": {
            "alert_severity": "CRITICAL",
            "alert_status": "ACTIVE",
            "alert_type": "OBA_DENIED",
            "alert_description": "texto livre",
        },
    },
    "flows": {
        "event": "FLOW_STATUS_CHANGE",
        "flow_id": "6627390910605886",
        "old_status": "PUBLISHED",
        "new_status": "THROTTLED",
        "message": "texto livre",
        "errors": [{"error_type": "TIMEOUT", "error_rate": 14.28, "error_count": 1}],
    },
    "account_settings_update": {"phone_number_settings": {"calling": {"status": "ENABLED"}}},
    "automatic_events": {"automatic_events": [{"id": "x", "event_name": "LeadSubmitted"}]},
    "group_lifecycle_update": {"groups": [{"group_id": "g", "type": "group_create"}]},
    "group_participants_update": {"groups": [{"group_id": "g", "type": "group_participants_add"}]},
    "group_settings_update": {"groups": [{"group_id": "g", "type": "group_settings_update"}]},
    "group_status_update": {"groups": [{"group_id": "g", "type": "group_suspend"}]},
    "history": {
        "history": [
            {
                "metadata": {"phase": 0, "chunk_order": 1, "progress": 55},
                "threads": [
                    {"id": "5541955554444", "messages": [{"id": "wamid.H", "text": {"body": "antigo"}}]},
                    {"id": "5541955553333", "messages": []},
                ],
            }
        ],
    },
    "messaging_handovers": {"event": "CONTROL_PASSED", "new_owner": "x"},
    "partner_solutions": {"event": "SOLUTION_CREATED", "solution_id": "774485461512159"},
    "payment_configuration_update": {"configuration_name": "pix", "provider_name": "x", "status": "Active"},
    "smb_app_state_sync": {
        "state_sync": [
            {
                "type": "contact",
                "action": "add",
                "contact": {"full_name": "Fulano Terceiro", "phone_number": "5541955552222"},
            }
        ],
    },
    "tracking": {"tracking": [{"click_id": "x"}]},
}
THIRD_PARTIES = ("Fulano", "5541955552222", "5541955554444", "antigo")
"""Dados de terceiros nas amostras: não podem aparecer em lugar nenhum."""

NOTICES: Mapping[str, Object] = {
    field: {
        "object": "whatsapp_business_account",
        "entry": [{"id": WABA, "time": SENT_S + n, "changes": [{"field": field, "value": value}]}],
    }
    for n, (field, value) in enumerate(_VALUES.items())
}
"""Nome do campo → o webhook inteiro."""
