"""Que combinações de valores são perigosas ou impossíveis? Estas; cada uma vira uma linha para o operador.

Promete: diz o nome da variável e o que falta, nunca o valor. Limite: olha só a configuração, não se o que ela
nomeia responde (isso é de `doctor`).
"""

import re
from collections.abc import Iterator
from ipaddress import ip_address
from typing import TYPE_CHECKING

from pyloto_stream.settings_addresses import redis_problem, split
from pyloto_stream.settings_fields import Secret
from pyloto_stream.settings_keys import key_problems
from pyloto_stream.settings_objects import object_problems

if TYPE_CHECKING:
    from pyloto_stream.settings import Settings

_PAIR = re.compile(r"[0-9]{5,32}:[!-~]+", re.ASCII)
_RATE = re.compile(r"(?:[0-9]{5,32}:)?(?:[1-9][0-9]{0,2}|1000)", re.ASCII)
_FLOW = re.compile(r"(?:driver_signup|merchant_signup|custom_software):[0-9]{5,32}", re.ASCII)
_HOST = re.compile(r"[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})*", re.ASCII | re.IGNORECASE)

Problem = tuple[str, str]
"""Variável e o que dizer dela."""

DEDUPE_FLOOR_SECONDS = 7 * 86_400
"""A Meta reenvia um webhook por até sete dias (documentação dos webhooks da Cloud API)."""

SECRET_FLOORS = {
    "WHATSAPP_VERIFY_TOKEN": 16,
    "WHATSAPP_WEBHOOK_SECRET": 16,
    "WHATSAPP_ACCESS_TOKEN": 16,
    "PEPPER_SECRET": 32,
    "ADMIN_TOKEN": 16,
    "HANDOFF_WEBHOOK_SECRET": 16,
}
"""Menor tamanho, em caracteres, fora do desenvolvimento."""

NOT_USED_YET = ("CORS_ORIGINS",)
"""Aceitas e conferidas, mas sem efeito nesta versão: quem as define é avisado."""


def problems(settings: "Settings", defaults: "Settings") -> Iterator[Problem]:
    """Todos os problemas de `settings`; `defaults` é uma instância só com padrões."""
    yield from _addresses(settings)
    yield from _companions(settings)
    yield from object_problems(settings)
    yield from _model(settings, defaults)
    yield from _secrets(settings)
    yield from key_problems(settings, defaults)
    yield from _numbers(settings)
    if settings.environment == "production" and settings.allow_unsafe_redis:
        yield "ALLOW_UNSAFE_REDIS", "must be false in production"
    if settings.environment != "development":
        yield from _development_only(settings)
        yield from _public_values(settings, defaults)


def _addresses(settings: "Settings") -> Iterator[Problem]:
    outside = settings.environment != "development"
    redis = settings.redis_url.reveal()
    if redis != "embedded" and (wrong := redis_problem(redis)):
        yield "REDIS_URL", wrong
    for name, url in (
        ("WHATSAPP_API_BASE_URL", settings.whatsapp_api_base_url),
        ("OPENAI_BASE_URL", settings.openai_base_url),
        ("HANDOFF_WEBHOOK_URL", settings.handoff_webhook_url.reveal()),
    ):
        parts = split(url)
        schemes = ("https",) if outside else ("https", "http")
        if url and (parts is None or parts.scheme not in schemes or not parts.hostname):
            yield name, f"must be an address that starts with {' or '.join(s + '://' for s in schemes)}"
        elif parts is not None and "@" in parts.netloc and name != "HANDOFF_WEBHOOK_URL":
            yield name, "must not carry a user or a password"
    for origin in settings.cors_origins:
        if origin == "*" and not outside:
            continue
        parts = split(origin)
        if parts is None or not parts.hostname or origin != f"{parts.scheme}://{parts.netloc}":
            yield "CORS_ORIGINS", "must be origins such as https://app.example.com, without path"


def _model(settings: "Settings", defaults: "Settings") -> Iterator[Problem]:
    """O que o modelo exige; um servidor próprio pode não pedir chave."""
    if not settings.openai_enabled:
        return
    if not settings.openai_model:
        yield "OPENAI_MODEL", "required with OPENAI_ENABLED"
    if settings.openai_base_url == defaults.openai_base_url and not settings.openai_api_key:
        yield "OPENAI_API_KEY", "required with OPENAI_ENABLED, unless OPENAI_BASE_URL names another server"


def _companions(settings: "Settings") -> Iterator[Problem]:
    """Valores que só fazem sentido juntos."""
    cloud = [
        f"{name}={value}"
        for name, value, given in (
            ("DOCUMENT_STORE", "firestore", settings.document_store),
            ("SECRETS_BACKEND", "gcp", settings.secrets_backend),
        )
        if given == value
    ]
    if cloud and not settings.firestore_project_id:
        yield "FIRESTORE_PROJECT_ID", f"required with {' and '.join(cloud)}"
    if settings.handoff_webhook_url and not settings.handoff_webhook_secret:
        yield "HANDOFF_WEBHOOK_SECRET", "required with HANDOFF_WEBHOOK_URL"
    if not settings.admin_token and not is_loopback(settings.admin_host):
        yield "ADMIN_TOKEN", "required when ADMIN_HOST is not a loopback address"
    if settings.ingress_port == settings.admin_port != 0:
        yield "ADMIN_PORT", "must differ from INGRESS_PORT: the private listener is never shared"
    if settings.retry_max_seconds < settings.retry_base_seconds:
        yield "RETRY_MAX_SECONDS", "must not be less than RETRY_BASE_SECONDS"
    if settings.flood_cooldown_max < settings.flood_cooldown:
        yield "FLOOD_COOLDOWN_MAX", "must not be less than FLOOD_COOLDOWN"
    if "ENCRYPTED" in settings.flow_private_key.reveal() and not settings.flow_private_key_passphrase:
        yield "FLOW_PRIVATE_KEY_PASSPHRASE", "required: FLOW_PRIVATE_KEY is encrypted"
    if settings.flow_ids and not settings.flow_private_key:
        yield "FLOW_PRIVATE_KEY", "required with FLOW_IDS: forms ask our endpoint for their screens"


def _numbers(settings: "Settings") -> Iterator[Problem]:
    """Variáveis com um valor por número ou por formulário."""
    if not all(_PAIR.fullmatch(secret.reveal()) for secret in settings.whatsapp_access_tokens):
        yield "WHATSAPP_ACCESS_TOKENS", "must be phone_number_id:token, comma separated"
    if not all(map(_RATE.fullmatch, settings.whatsapp_messages_per_second)):
        yield "WHATSAPP_MESSAGES_PER_SECOND", "must be 1 to 1000, or phone_number_id:rate, comma separated"
    if not all(map(_FLOW.fullmatch, settings.flow_ids)):
        yield "FLOW_IDS", "must be name:flow_id, comma separated: a form of the product and 5 to 32 digits"
    if not all(map(_HOST.fullmatch, settings.media_hosts)):
        yield "MEDIA_HOSTS", "must be host names, without scheme, port, path or wildcard"


def split_pair(value: str) -> tuple[str, str]:
    """`nome:valor` em dois; sem nome, o nome é vazio."""
    name, separator, rest = value.partition(":")
    return (name.strip(), rest.strip()) if separator else ("", value.strip())


def _secrets(settings: "Settings") -> Iterator[Problem]:
    if not settings.whatsapp_webhook_secret:
        yield "WHATSAPP_WEBHOOK_SECRET", "must hold at least one secret"
    pem = settings.flow_private_key.reveal()
    if pem and not (pem.startswith("-----BEGIN ") and "PRIVATE KEY-----" in pem):
        yield "FLOW_PRIVATE_KEY", "must be a private key in PEM form"
    for name in (*SECRET_FLOORS, "DATA_ENCRYPTION_KEY", "AUDIT_ANCHOR_KEY", "OPENAI_API_KEY"):
        if any(any(c.isspace() or not c.isprintable() for c in s.reveal()) for s in _held(settings, name)):
            yield name, "must not contain spaces or line breaks"


def _development_only(settings: "Settings") -> Iterator[Problem]:
    where = settings.environment
    if settings.redis_url.reveal() == "embedded":
        yield "REDIS_URL", f"required in {where}: the embedded server is for development"
    if settings.document_store == "sqlite":
        yield "DOCUMENT_STORE", f"must be firestore in {where}"
    if not settings.zero_trust_mode:
        yield "ZERO_TRUST_MODE", f"must be true in {where}"
    if settings.dedupe_ttl_seconds < DEDUPE_FLOOR_SECONDS:
        yield "DEDUPE_TTL_SECONDS", f"must be at least {DEDUPE_FLOOR_SECONDS} in {where}: Meta redelivers"
    for name in ("FIRESTORE_EMULATOR_HOST", "SECRET_MANAGER_EMULATOR_HOST"):
        if getattr(settings, name.lower()):
            yield name, f"must not be set in {where}"


def _public_values(settings: "Settings", defaults: "Settings") -> Iterator[Problem]:
    """Padrões à vista de todos no código, e segredos curtos demais."""
    where = settings.environment
    for name in ("WHATSAPP_PHONE_NUMBER_ID", "WHATSAPP_BUSINESS_ACCOUNT_ID"):
        if getattr(settings, name.lower()) == getattr(defaults, name.lower()):
            yield name, f"required in {where}"
    for name, floor in SECRET_FLOORS.items():
        public = set(_held(defaults, name))
        if any(secret in public for secret in _held(settings, name)):
            yield name, f"required in {where}: the development value is public"
        elif any(len(secret.reveal()) < floor for secret in _held(settings, name)):
            yield name, f"must have at least {floor} characters in {where}"


def _held(settings: "Settings", name: str) -> tuple[Secret, ...]:
    """Os segredos não vazios de uma variável, seja ela um ou vários."""
    value = getattr(settings, name.lower())
    return tuple(filter(None, value if isinstance(value, tuple) else (value,)))


def is_loopback(host: str) -> bool:
    """`host` só é alcançável desta máquina?"""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
