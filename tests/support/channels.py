"""Avisos da Meta sobre conta, números, formulários e modelos, com instantes fixos."""

from pyloto_stream.conversation.records import ChannelRecord

ACCOUNT, NUMBER = "200000000000001", "100000000000001"
T0 = 1_700_000_000_000


def said(
    field: str, event: str, after_s: int = 0, subject: str = f"account:{ACCOUNT}", **data: str | float
) -> ChannelRecord:
    """Um aviso da Meta, `after_s` segundos depois de `T0`."""
    at_ms = T0 + after_s * 1000
    return ChannelRecord(f"{field}:{event}:{after_s}", field, event, subject, at_ms, ACCOUNT, data)


class Now:
    """Um relógio que só anda quando mandado."""

    def __init__(self) -> None:
        self.ms = T0

    def __call__(self) -> int:
        return self.ms


RESTRICTED = said("account_update", "ACCOUNT_RESTRICTION", 1, restriction="RESTRICTED_CUSTOMER_INITIATED")
BANNED = said("account_update", "DISABLED_UPDATE", 2, waba_ban_state="DISABLE")
BACK = said("account_update", "DISABLED_UPDATE", 3, waba_ban_state="REINSTATE")
AWAY = said("account_update", "ACCOUNT_OFFBOARDED", 4)
HERE = said("account_update", "ACCOUNT_RECONNECTED", 5)
