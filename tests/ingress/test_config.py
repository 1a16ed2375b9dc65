import pytest

from ingress.config import IngressConfig
from pyloto_stream.errors import MisconfiguredError


def test_all_problems_are_told_at_once_by_name() -> None:
    with pytest.raises(MisconfiguredError) as caught:
        IngressConfig(verify_token="", webhook_secrets=(), pepper=b"", rate_limit_per_minute=-1)
    names = [problem.partition(":")[0] for problem in caught.value.problems]
    assert names == ["WHATSAPP_WEBHOOK_SECRET", "PEPPER_SECRET", "RATE_LIMIT_PER_MINUTE"]


def test_one_empty_secret_among_good_ones_is_refused() -> None:
    with pytest.raises(MisconfiguredError, match="WHATSAPP_WEBHOOK_SECRET"):
        IngressConfig(verify_token="v", webhook_secrets=(b"good", b""), pepper=b"p")


def test_development_may_go_without_secrets() -> None:
    config = IngressConfig(verify_token="v", webhook_secrets=(), pepper=b"p", require_signature=False)
    assert config.webhook_secrets == ()


def test_values_are_never_printed() -> None:
    config = IngressConfig(
        verify_token="segredo1", webhook_secrets=(b"segredo2",), pepper=b"segredo3", admin_token="segredo4"
    )
    assert "segredo" not in f"{config} {config!r} {[config]}"
