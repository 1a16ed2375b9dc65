"""Com que valores um processo trabalha? Os do ambiente, lidos uma vez, tipados e conferidos antes de tudo.

Promete: cada variável é o campo de mesmo nome; durações em segundos; todo problema é dito de uma vez, pelo
nome e nunca pelo valor. Um valor vazio conta como ausente. Limite: não lê arquivos `.env`.
"""

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from pyloto_stream.errors import MisconfiguredError
from pyloto_stream.settings_fields import Port, Secret, SecretUrl, expected, parse, shown, variables
from pyloto_stream.settings_keys import decode_key, keys_by_version
from pyloto_stream.settings_rules import NOT_USED_YET, split_pair
from pyloto_stream.settings_rules import problems as problems_of

DEVELOPMENT_DATA_KEY = base64.b64encode(b"development-only-not-secret-key!").decode()
"""32 bytes à vista de todos: só valem em desenvolvimento, como os demais segredos padrão daqui."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Configuração de um processo; os padrões bastam em desenvolvimento. Criada por `load`."""

    environment: Literal["development", "staging", "production"] = "development"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["json", "console"] = "console"

    redis_url: SecretUrl = SecretUrl("embedded")
    embedded_dir: Path = Path(".pyloto")
    stream_partitions: Annotated[int, Meta(ge=1, le=256)] = 8
    durability: Literal["memory", "fsync", "replica"] = "memory"
    allow_unsafe_redis: bool = False
    dedupe_ttl_seconds: Annotated[float, Meta(ge=60, le=2_592_000)] = 691_200.0
    backlog_limit: Annotated[int, Meta(ge=1, le=100_000_000)] = 100_000

    worker_concurrency: Annotated[int, Meta(ge=1, le=1024)] = 32
    claim_idle: Annotated[float, Meta(ge=0.1, le=600)] = 6.0
    stage_timeout: Annotated[float, Meta(ge=0.1, le=600)] = 60.0
    loop_stall_timeout: Annotated[float, Meta(ge=0.5, le=600)] = 30.0
    max_attempts: Annotated[int, Meta(ge=1, le=100)] = 5
    retry_base_seconds: Annotated[float, Meta(ge=0.01, le=60)] = 0.5
    retry_max_seconds: Annotated[float, Meta(ge=0.01, le=3600)] = 60.0
    drain_timeout: Annotated[float, Meta(ge=0, le=600)] = 10.0
    settle_window: Annotated[float, Meta(ge=0.1, le=3600)] = 30.0

    whatsapp_verify_token: Secret = Secret("development-verify-token")
    whatsapp_webhook_secret: tuple[Secret, ...] = (Secret("development-webhook-secret"),)
    whatsapp_access_token: Secret = Secret("development-access-token")
    whatsapp_phone_number_id: Annotated[str, Meta(pattern=r"^[0-9]{5,32}$")] = "100000000000001"
    whatsapp_business_account_id: Annotated[str, Meta(pattern=r"^[0-9]{5,32}$")] = "200000000000001"
    whatsapp_app_id: Annotated[str, Meta(pattern=r"^[0-9]{5,32}$")] = ""
    whatsapp_access_tokens: tuple[Secret, ...] = ()
    whatsapp_messages_per_second: tuple[str, ...] = ("80",)
    pair_interval: Annotated[float, Meta(ge=0, le=3600)] = 6.0
    pair_burst: Annotated[int, Meta(ge=1, le=45)] = 10
    window_template: Annotated[str, Meta(pattern=r"^[a-z0-9_]{1,512}:[a-z]{2,3}(_[A-Z]{2})?$")] = ""
    template_cache_seconds: Annotated[float, Meta(ge=1, le=86_400)] = 300.0
    media_max_bytes: Annotated[int, Meta(ge=1024, le=1_073_741_824)] = 104_857_600
    media_hosts: tuple[str, ...] = ("lookaside.fbsbx.com", "graph.facebook.com", "mmg.whatsapp.net")
    whatsapp_api_base_url: str = "https://graph.facebook.com"
    whatsapp_api_version: Annotated[str, Meta(pattern=r"^v[0-9]{1,3}\.[0-9]{1,2}$")] = "v24.0"
    zero_trust_mode: bool = True
    flow_private_key: Secret = Secret()
    flow_private_key_passphrase: Secret = Secret()
    flow_ids: tuple[str, ...] = ()
    flow_token_ttl: Annotated[float, Meta(ge=60, le=2_592_000)] = 86_400.0

    document_store: Literal["sqlite", "firestore"] = "sqlite"
    sqlite_path: Path = Path(".pyloto/documents.sqlite3")
    firestore_project_id: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{4,28}[a-z0-9]$")] = ""
    firestore_emulator_host: str = ""
    object_store: Literal["folder", "gcs"] = "folder"
    object_folder: Path = Path(".pyloto/objects")
    gcs_bucket_media: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_.-]{1,220}[a-z0-9]$")] = ""
    gcs_bucket_export: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_.-]{1,220}[a-z0-9]$")] = ""
    storage_emulator_host: str = ""

    secrets_backend: Literal["env", "gcp"] = "env"
    secret_manager_emulator_host: str = ""
    pepper_secret: Secret = Secret("development-pepper-not-a-secret-at-all")
    data_encryption_key: tuple[Secret, ...] = (Secret(DEVELOPMENT_DATA_KEY),)
    audit_anchor_key: Secret = Secret()

    openai_enabled: bool = False
    openai_api_key: Secret = Secret()
    openai_base_url: str = "https://api.openai.com/v1"
    openai_model: str = ""
    openai_timeout_seconds: Annotated[float, Meta(ge=0.1, le=60)] = 5.0
    openai_transcription_model: str = ""
    openai_token_prices: Annotated[
        str, Meta(pattern=r"^[0-9]{1,5}(\.[0-9]{1,4})?:[0-9]{1,5}(\.[0-9]{1,4})?$")
    ] = ""
    voice_max_seconds: Annotated[float, Meta(ge=1, le=600)] = 120.0

    product_data: str = ""
    awaiting_user_timeout: Annotated[float, Meta(ge=1, le=86_400)] = 7200.0
    session_idle_timeout: Annotated[float, Meta(ge=1, le=86_400)] = 1800.0
    route_external_cooldown: Annotated[float, Meta(ge=0, le=86_400)] = 1800.0
    handoff_release_after: Annotated[float, Meta(ge=1, le=2_592_000)] = 43_200.0
    flood_threshold: Annotated[int, Meta(ge=1, le=10_000)] = 10
    flood_window: Annotated[float, Meta(ge=1, le=3600)] = 60.0
    flood_cooldown: Annotated[float, Meta(ge=1, le=86_400)] = 300.0
    flood_cooldown_max: Annotated[float, Meta(ge=1, le=604_800)] = 21_600.0
    handoff_webhook_url: SecretUrl = SecretUrl()
    handoff_webhook_secret: Secret = Secret()

    ingress_host: str = "127.0.0.1"
    ingress_port: Port = 8080
    admin_host: str = "127.0.0.1"
    admin_port: Port = 9090
    admin_token: Secret = Secret()
    cors_origins: tuple[str, ...] = ()
    rate_limit_per_minute: Annotated[int, Meta(ge=0, le=10_000_000)] = 60_000
    simulator_port: Port = 8081

    given: frozenset[str] = frozenset()
    """Nomes das variáveis que vieram do ambiente."""
    stored: frozenset[str] = frozenset()
    """Nomes das que vieram do Secret Manager."""

    def unused(self) -> tuple[str, ...]:
        """Variáveis definidas que esta versão ainda não usa."""
        return tuple(name for name in NOT_USED_YET if name in self.given)

    def data_keys(self) -> dict[int, bytes]:
        """As chaves de `DATA_ENCRYPTION_KEY`, de 32 bytes, por versão; a maior é a que vale para o novo."""
        return keys_by_version(self.data_encryption_key)

    def data_key(self) -> bytes:
        """Os 32 bytes da chave mais nova de `DATA_ENCRYPTION_KEY`."""
        keys = self.data_keys()
        return keys[max(keys)]

    def anchor_seed(self) -> bytes:
        """Os 32 bytes de `AUDIT_ANCHOR_KEY`; vazio se não há."""
        return decode_key(self.audit_anchor_key)

    def flow_key_pem(self) -> bytes:
        r"""`FLOW_PRIVATE_KEY` (uma chave ou várias, em sequência) com quebras de verdade no lugar de `\n`."""
        return self.flow_private_key.reveal().replace("\\n", "\n").encode()

    def tokens(self) -> dict[str, str]:
        """Token de cada número de `WHATSAPP_ACCESS_TOKENS` (`número:token`), por `phone_number_id`."""
        return dict(split_pair(secret.reveal()) for secret in self.whatsapp_access_tokens)

    def paces(self) -> dict[str, float]:
        """Mensagens por segundo por `phone_number_id`; a chave vazia é a de todos os outros números."""
        pairs = [split_pair(value) for value in self.whatsapp_messages_per_second]
        return {"": 80.0, **{number: float(rate) for number, rate in pairs}}

    def flows(self) -> dict[str, str]:
        """Id na Meta de cada formulário publicado, por nome (`driver_signup`); vazio: só perguntas."""
        return dict(split_pair(value) for value in self.flow_ids)


VARIABLES = variables(Settings)
DEFAULTS = Settings()


def load(environ: Mapping[str, str], stored: Mapping[str, str] | None = None) -> Settings:
    """Lê e confere `environ`; o que ali falta vem de `stored`, do cofre (`secret_settings.py`).

    Raises:
        MisconfiguredError: uma linha por problema, na ordem das variáveis, sem valores.
    """
    values: dict[str, object] = {}
    problems: dict[str, str] = {}
    given = frozenset(variable.name for variable in VARIABLES if environ.get(variable.name, "").strip())
    kept = {name: raw for name, raw in (stored or {}).items() if name not in given and raw.strip()}
    for variable in VARIABLES:
        raw = environ.get(variable.name, "").strip() or kept.get(variable.name, "").strip()
        if not raw:
            continue
        try:
            values[variable.attribute] = parse(raw, variable.kind)
        except ValueError:
            problems[variable.name] = f"{variable.name}: {expected(variable.kind)}"
    settings = msgspec.structs.replace(DEFAULTS, given=given, stored=frozenset(kept), **values)
    if "LOG_FORMAT" not in given and settings.environment != "development":
        settings = msgspec.structs.replace(settings, log_format="json")
    for name, text in problems_of(settings, DEFAULTS):
        problems.setdefault(name, f"{name}: {text}")
    if problems:
        raise MisconfiguredError(*(problems[v.name] for v in VARIABLES if v.name in problems))
    return settings


def describe(settings: Settings) -> list[tuple[str, str, str]]:
    """Cada variável: nome, valor com segredos mascarados, e `environment`, `secret manager` ou `default`."""
    source = dict.fromkeys(settings.given, "environment") | dict.fromkeys(settings.stored, "secret manager")
    return [
        (each.name, shown(getattr(settings, each.attribute)), source.get(each.name, "default"))
        for each in VARIABLES
    ]
