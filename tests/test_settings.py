import base64
import pickle
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyloto_stream.errors import MisconfiguredError
from pyloto_stream.settings import DEFAULTS, DEVELOPMENT_DATA_KEY, VARIABLES, Settings, describe, load
from pyloto_stream.settings_addresses import REDIS_FORMS
from pyloto_stream.settings_fields import MASK, Secret, SecretUrl
from pyloto_stream.settings_text import ABOUT

PEM = "-----BEGIN PRIVATE KEY-----\\nAAAA\\n-----END PRIVATE KEY-----"
PRODUCTION = {
    "ENVIRONMENT": "production",
    "REDIS_URL": "rediss://user:s3cret-redis@redis.internal:6379/0",
    "WHATSAPP_VERIFY_TOKEN": "s3cret-verify-token-01",
    "WHATSAPP_WEBHOOK_SECRET": "s3cret-webhook-new-01, s3cret-webhook-old-01",
    "WHATSAPP_ACCESS_TOKEN": "s3cret-access-token-01",
    "WHATSAPP_PHONE_NUMBER_ID": "106540352242922",
    "WHATSAPP_BUSINESS_ACCOUNT_ID": "102290129340398",
    "DOCUMENT_STORE": "firestore",
    "FIRESTORE_PROJECT_ID": "pyloto-prod",
    "OBJECT_STORE": "gcs",
    "GCS_BUCKET_MEDIA": "pyloto-media",
    "GCS_BUCKET_EXPORT": "pyloto-export",
    "PEPPER_SECRET": "s3cret-pepper-0123456789-0123456789",
    "DATA_ENCRYPTION_KEY": base64.b64encode(bytes(range(32))).decode(),
}


def problems(environ: dict[str, str]) -> tuple[str, ...]:
    with pytest.raises(MisconfiguredError) as raised:
        load(environ)
    return raised.value.problems


SEVERAL_KEYS = "must be 32 bytes in base64; several as version:base64, comma separated, one of each version"


def names(environ: dict[str, str]) -> set[str]:
    return {line.partition(":")[0] for line in problems(environ)}


def test_an_empty_environment_is_enough_in_development() -> None:
    settings = load({})
    assert settings == DEFAULTS
    assert settings.redis_url.reveal() == "embedded"
    assert settings.document_store == "sqlite"
    assert len(settings.data_key()) == 32


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("STREAM_PARTITIONS", 8), ("DEDUPE_TTL_SECONDS", 691_200.0), ("BACKLOG_LIMIT", 100_000),
        ("CLAIM_IDLE", 6.0), ("MAX_ATTEMPTS", 5), ("DRAIN_TIMEOUT", 10.0), ("WORKER_CONCURRENCY", 32),
        ("SETTLE_WINDOW", 30.0), ("WHATSAPP_API_VERSION", "v24.0"), ("OPENAI_ENABLED", False),
        ("OPENAI_TIMEOUT_SECONDS", 5.0), ("AWAITING_USER_TIMEOUT", 7200.0), ("FLOOD_THRESHOLD", 10),
        ("FLOOD_WINDOW", 60.0), ("SESSION_IDLE_TIMEOUT", 1800.0), ("HANDOFF_RELEASE_AFTER", 43_200.0),
        ("ROUTE_EXTERNAL_COOLDOWN", 1800.0), ("ZERO_TRUST_MODE", True), ("SIMULATOR_PORT", 8081),
        ("INGRESS_PORT", 8080), ("ADMIN_PORT", 9090), ("INGRESS_HOST", "127.0.0.1"),
        ("WHATSAPP_API_BASE_URL", "https://graph.facebook.com"),
    ],
)  # fmt: skip
def test_documented_defaults(name: str, value: object) -> None:
    found = getattr(load({}), name.lower())
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("name", "raw", "value"),
    [
        ("CLAIM_IDLE", "0.25", 0.25),
        ("CLAIM_IDLE", " 3 ", 3.0),
        ("STREAM_PARTITIONS", "256", 256),
        ("STREAM_PARTITIONS", "1", 1),
        ("ZERO_TRUST_MODE", "False", False),
        ("ZERO_TRUST_MODE", "1", True),
        ("LOG_FORMAT", "json", "json"),
        ("EMBEDDED_DIR", "/srv/x", Path("/srv/x")),
        (
            "CORS_ORIGINS",
            "https://a.example, http://b.example:8080",
            ("https://a.example", "http://b.example:8080"),
        ),
        ("WHATSAPP_WEBHOOK_SECRET", "new, old,", (Secret("new"), Secret("old"))),
        ("INGRESS_PORT", "0", 0),
    ],
)
def test_a_value_is_read_with_its_type(name: str, raw: str, value: object) -> None:
    found = getattr(load({name: raw}), name.lower())
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("raw", ["", "   ", "\n"])
def test_a_blank_variable_counts_as_absent(raw: str) -> None:
    settings = load({"CLAIM_IDLE": raw, "REDIS_URL": raw})
    assert settings == DEFAULTS


@pytest.mark.parametrize(
    ("name", "raw", "expected"),
    [
        ("STREAM_PARTITIONS", "0", "must be a whole number from 1 to 256"),
        ("STREAM_PARTITIONS", "257", "must be a whole number from 1 to 256"),
        ("STREAM_PARTITIONS", "8.5", "must be a whole number from 1 to 256"),
        ("CLAIM_IDLE", "nan", "must be a number from 0.1 to 600"),
        ("CLAIM_IDLE", "inf", "must be a number from 0.1 to 600"),
        ("CLAIM_IDLE", "six", "must be a number from 0.1 to 600"),
        ("INGRESS_PORT", "65536", "must be a whole number from 0 to 65535"),
        ("ENVIRONMENT", "prod", "must be one of development, production, staging"),
        ("LOG_LEVEL", "TRACE", "must be one of DEBUG, ERROR, INFO, WARNING"),
        ("ZERO_TRUST_MODE", "yes", "must be true or false"),
        ("WHATSAPP_API_VERSION", "24", r"must have the form v[0-9]{1,3}\.[0-9]{1,2}"),
        ("WHATSAPP_PHONE_NUMBER_ID", "12a45678", "must have the form [0-9]{5,32}"),
        ("DATA_ENCRYPTION_KEY", "c2hvcnQ=", "must be 32 bytes in base64"),
        ("DATA_ENCRYPTION_KEY", "n%t-base64", "must be 32 bytes in base64"),
        ("DATA_ENCRYPTION_KEY", f"0:{DEVELOPMENT_DATA_KEY}", "must be 32 bytes in base64"),
        ("DATA_ENCRYPTION_KEY", f"2:{DEVELOPMENT_DATA_KEY},2:{DEVELOPMENT_DATA_KEY}", SEVERAL_KEYS),
        ("AUDIT_ANCHOR_KEY", "c2hvcnQ=", "must be 32 bytes in base64"),
        ("AUDIT_ANCHOR_KEY", "n%t-base64", "must be 32 bytes in base64"),
        ("FLOW_PRIVATE_KEY", "not a key", "must be a private key in PEM form"),
        ("WHATSAPP_WEBHOOK_SECRET", ",", "must hold at least one secret"),
        ("WHATSAPP_ACCESS_TOKEN", "two words", "must not contain spaces or line breaks"),
        ("WHATSAPP_ACCESS_TOKENS", "1234567", "must be phone_number_id:token, comma separated"),
        ("WHATSAPP_MESSAGES_PER_SECOND", "1001",
         "must be 1 to 1000, or phone_number_id:rate, comma separated"),
        ("MEDIA_HOSTS", "https://a.io", "must be host names, without scheme, port, path or wildcard"),
        ("MEDIA_HOSTS", "*.a.io", "must be host names, without scheme, port, path or wildcard"),
        ("STORAGE_EMULATOR_HOST", "127.0.0.1:9023", "must be an address such as http://127.0.0.1:9023"),
        ("GCS_BUCKET_MEDIA", "gs://media", "must have the form [a-z0-9][a-z0-9_.-]{1,220}[a-z0-9]"),
        ("MEDIA_HOSTS", "a.io.", "must be host names, without scheme, port, path or wildcard"),
        ("REDIS_URL", "localhost:6379", REDIS_FORMS),
        ("REDIS_URL", "redis://host:port", REDIS_FORMS),
        ("REDIS_URL", "redis://host:0", REDIS_FORMS),
        ("REDIS_URL", "unix://", REDIS_FORMS),
        ("REDIS_URL", "redis+cluster://", REDIS_FORMS),
        ("REDIS_URL", "redis+cluster://a:1,:2", REDIS_FORMS),
        ("REDIS_URL", "redis+sentinel://a:1,b:port/main", REDIS_FORMS),
        ("REDIS_URL", "redis+proxy://a:1", REDIS_FORMS),
        ("REDIS_URL", "redis://a:1/main", REDIS_FORMS),
        ("REDIS_URL", "redis://a:1,b:2", "several hosts need redis+sentinel:// or redis+cluster://"),
        ("REDIS_URL", "redis+sentinel://a:1,b:2",
         "a Sentinel address ends in /NAME or /NAME/DB, the name it knows the primary by"),
        ("REDIS_URL", "rediss+cluster://a:1/3",
         "a cluster has no numbered databases: leave the end of the address out"),
        ("WHATSAPP_API_BASE_URL", "graph", "must be an address that starts with https:// or http://"),
        ("WHATSAPP_API_BASE_URL", "https://me:pw@graph", "must not carry a user or a password"),
        ("OPENAI_BASE_URL", "ftp://x", "must be an address that starts with https:// or http://"),
        ("CORS_ORIGINS", "https://a.io/p", "must be origins such as https://app.example.com, without path"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_named_and_explained_but_never_shown(name: str, raw: str, expected: str) -> None:
    assert problems({name: raw}) == (f"{name}: {expected}",)


def test_all_problems_are_said_at_once_in_the_order_of_the_documentation() -> None:
    found = problems({"SIMULATOR_PORT": "x", "CLAIM_IDLE": "x", "LOG_LEVEL": "x", "ADMIN_HOST": "0.0.0.0"})
    assert [line.partition(":")[0] for line in found] == [
        "LOG_LEVEL", "CLAIM_IDLE", "ADMIN_TOKEN", "SIMULATOR_PORT",
    ]  # fmt: skip


def test_one_variable_gives_one_line() -> None:
    production = {**PRODUCTION, "WHATSAPP_API_BASE_URL": "http://me:pw@graph", "REDIS_URL": "nonsense"}
    assert len(problems(production)) == 2


def test_a_form_with_an_impossible_id_is_told_what_an_id_is() -> None:
    (line,) = problems({"FLOW_IDS": "driver_signup:1", "FLOW_PRIVATE_KEY": PEM})
    assert line.startswith("FLOW_IDS: ")
    assert line.endswith("5 to 32 digits")


@given(st.sampled_from(VARIABLES).map(lambda variable: variable.name), st.text("XYZ%&=;", min_size=6))
def test_no_problem_ever_shows_a_value(name: str, raw: str) -> None:
    told = ""
    try:
        load({name: raw})
    except MisconfiguredError as error:
        told = str(error)
    assert raw not in told


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        ({"DOCUMENT_STORE": "firestore"}, "FIRESTORE_PROJECT_ID"),
        ({"HANDOFF_WEBHOOK_URL": "https://crm.example/hook"}, "HANDOFF_WEBHOOK_SECRET"),
        ({"ADMIN_HOST": "0.0.0.0"}, "ADMIN_TOKEN"),
        ({"ADMIN_HOST": "::"}, "ADMIN_TOKEN"),
        ({"ADMIN_HOST": "ops.example"}, "ADMIN_TOKEN"),
        ({"ADMIN_PORT": "8080"}, "ADMIN_PORT"),
        ({"RETRY_BASE_SECONDS": "10", "RETRY_MAX_SECONDS": "5"}, "RETRY_MAX_SECONDS"),
        ({"FLOOD_COOLDOWN": "100", "FLOOD_COOLDOWN_MAX": "50"}, "FLOOD_COOLDOWN_MAX"),
        ({"FLOW_PRIVATE_KEY": PEM.replace("PRIVATE", "ENCRYPTED PRIVATE")}, "FLOW_PRIVATE_KEY_PASSPHRASE"),
        ({"FLOW_IDS": "driver_signup:400001"}, "FLOW_PRIVATE_KEY"),
        ({"OBJECT_STORE": "gcs", "GCS_BUCKET_MEDIA": "media"}, "GCS_BUCKET_EXPORT"),
        ({"OBJECT_STORE": "gcs", "GCS_BUCKET_EXPORT": "export"}, "GCS_BUCKET_MEDIA"),
        ({"FLOW_IDS": "courier:400001", "FLOW_PRIVATE_KEY": PEM}, "FLOW_IDS"),
    ],
)
def test_values_that_need_another_one_say_so(environ: dict[str, str], name: str) -> None:
    assert names(environ) == {name}


@pytest.mark.parametrize(
    "environ",
    [
        {"DOCUMENT_STORE": "firestore", "FIRESTORE_PROJECT_ID": "pyloto-dev"},
        {"HANDOFF_WEBHOOK_URL": "http://localhost:9/x", "HANDOFF_WEBHOOK_SECRET": "x"},
        {"ADMIN_HOST": "0.0.0.0", "ADMIN_TOKEN": "x"},
        {"ADMIN_HOST": "localhost"},
        {"ADMIN_HOST": "::1"},
        {"ADMIN_PORT": "0", "INGRESS_PORT": "0"},
        {"CORS_ORIGINS": "*"},
        {"REDIS_URL": "unix:///run/redis.sock"},
        {"REDIS_URL": "rediss://me:pw@host"},
        {"REDIS_URL": "redis+cluster://a:1,b:2,[::1]:3"},
        {"REDIS_URL": "redis+sentinel://me:pw@[::1]:1,[::2]:2/main"},
        {"REDIS_URL": "rediss+cluster://me:pw@a:1/0"},
        {"REDIS_URL": "redis+sentinel://me:pw@a,b:2/main/3?sentinel_password=x"},
        {"DURABILITY": "fsync", "ALLOW_UNSAFE_REDIS": "true"},
        {"DURABILITY": "replica"},
        {"FLOW_PRIVATE_KEY": PEM},
        {"FLOW_PRIVATE_KEY": PEM, "FLOW_IDS": "driver_signup:400001,custom_software:400002"},
        {"MEDIA_HOSTS": "a.io,localhost,10.0.0.1"},
        {"OBJECT_STORE": "gcs", "GCS_BUCKET_MEDIA": "a-b_c.d", "GCS_BUCKET_EXPORT": "a-b_c.d"},
        {"STORAGE_EMULATOR_HOST": "http://127.0.0.1:9023"},
    ],
)
def test_values_that_fit_together_are_accepted(environ: dict[str, str]) -> None:
    assert load(environ).given == frozenset(environ)


def test_a_project_is_required_by_everything_that_lives_in_one() -> None:
    assert problems({"SECRETS_BACKEND": "gcp"}) == (
        "FIRESTORE_PROJECT_ID: required with SECRETS_BACKEND=gcp",
    )
    assert problems({"SECRETS_BACKEND": "gcp", "DOCUMENT_STORE": "firestore"}) == (
        "FIRESTORE_PROJECT_ID: required with DOCUMENT_STORE=firestore and SECRETS_BACKEND=gcp",
    )


def test_what_the_environment_gives_comes_before_what_is_stored() -> None:
    stored = {"ADMIN_TOKEN": "kept-token", "PEPPER_SECRET": "kept-pepper", "OPENAI_API_KEY": " "}
    settings = load({"ADMIN_TOKEN": "given-token"}, stored)
    assert (settings.admin_token.reveal(), settings.pepper_secret.reveal()) == ("given-token", "kept-pepper")
    assert settings.given == frozenset({"ADMIN_TOKEN"})
    assert settings.stored == frozenset({"PEPPER_SECRET"})
    source = {name: (value, where) for name, value, where in describe(settings)}
    assert source["ADMIN_TOKEN"] == (MASK, "environment")
    assert source["PEPPER_SECRET"] == (MASK, "secret manager")
    assert source["OPENAI_API_KEY"] == ("", "default")


@pytest.mark.parametrize("environment", ["staging", "production"])
def test_a_complete_configuration_is_accepted_outside_development(environment: str) -> None:
    settings = load({**PRODUCTION, "ENVIRONMENT": environment})
    assert settings.data_key() == bytes(range(32))
    assert [secret.reveal() for secret in settings.whatsapp_webhook_secret] == [
        "s3cret-webhook-new-01", "s3cret-webhook-old-01",
    ]  # fmt: skip


@pytest.mark.parametrize("environment", ["staging", "production"])
def test_development_defaults_are_refused_outside_development(environment: str) -> None:
    of_others = {"ENVIRONMENT", "FIRESTORE_PROJECT_ID", "GCS_BUCKET_MEDIA", "GCS_BUCKET_EXPORT"}
    assert names({"ENVIRONMENT": environment}) == set(PRODUCTION) - of_others


@pytest.mark.parametrize("name", sorted(set(PRODUCTION) - {"ENVIRONMENT"}))
def test_each_required_variable_is_missed(name: str) -> None:
    assert names({key: value for key, value in PRODUCTION.items() if key != name}) == {name}


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("ZERO_TRUST_MODE", "false"),
        ("WHATSAPP_API_BASE_URL", "http://graph.facebook.com"),
        ("DEDUPE_TTL_SECONDS", "3600"),
        ("FIRESTORE_EMULATOR_HOST", "127.0.0.1:8080"),
        ("STORAGE_EMULATOR_HOST", "http://127.0.0.1:8080"),
        ("OBJECT_STORE", "folder"),
        ("SECRET_MANAGER_EMULATOR_HOST", "127.0.0.1:8080"),
        ("CORS_ORIGINS", "*"),
        ("REDIS_URL", "embedded"),
        ("DOCUMENT_STORE", "sqlite"),
        ("WHATSAPP_ACCESS_TOKEN", "development-access-token"),
        ("WHATSAPP_WEBHOOK_SECRET", "s3cret-webhook-new-01,development-webhook-secret"),
        ("WHATSAPP_WEBHOOK_SECRET", "s3cret-webhook-new-01,short"),
        ("DATA_ENCRYPTION_KEY", DEVELOPMENT_DATA_KEY),
        ("DATA_ENCRYPTION_KEY", f"2:{PRODUCTION['DATA_ENCRYPTION_KEY']},1:{DEVELOPMENT_DATA_KEY}"),
        ("PEPPER_SECRET", "x" * 31),
        ("ADMIN_TOKEN", "short"),
    ],
)
def test_outside_development_dangerous_values_are_refused(name: str, raw: str) -> None:
    assert names({**PRODUCTION, name: raw}) == {name}


def test_an_unsafe_redis_may_be_allowed_anywhere_but_in_production() -> None:
    unsafe = {**PRODUCTION, "ALLOW_UNSAFE_REDIS": "true"}
    assert problems(unsafe) == ("ALLOW_UNSAFE_REDIS: must be false in production",)
    assert load({**unsafe, "ENVIRONMENT": "staging"}).allow_unsafe_redis


def test_logs_are_json_outside_development_unless_said_otherwise() -> None:
    assert load({}).log_format == "console"
    assert load(PRODUCTION).log_format == "json"
    assert load({**PRODUCTION, "LOG_FORMAT": "console"}).log_format == "console"


def test_variables_without_effect_in_this_version_are_named() -> None:
    assert load(PRODUCTION).unused() == ()
    assert load({**PRODUCTION, "CORS_ORIGINS": "https://a.io"}).unused() == ("CORS_ORIGINS",)


def test_a_key_in_url_safe_base64_is_read_too() -> None:
    key = bytes([255] * 32)
    assert load({"DATA_ENCRYPTION_KEY": base64.urlsafe_b64encode(key).decode()}).data_key() == key


def test_data_keys_come_by_version_and_the_highest_is_the_one_for_what_is_new() -> None:
    old, new = base64.b64encode(bytes(32)).decode(), base64.urlsafe_b64encode(bytes([255] * 32)).decode()
    for raw in (f"{old},7:{new}", f"7:{new}, 1:{old}"):
        settings = load({"DATA_ENCRYPTION_KEY": raw})
        assert settings.data_keys() == {1: bytes(32), 7: bytes([255] * 32)}
        assert settings.data_key() == bytes([255] * 32)
        assert old not in repr(settings)
        assert new not in repr(settings)


def test_written_line_breaks_of_a_pem_become_real_ones() -> None:
    assert load({"FLOW_PRIVATE_KEY": PEM}).flow_key_pem() == PEM.replace("\\n", "\n").encode()


def test_no_secret_is_visible_in_any_view_of_the_settings() -> None:
    settings = load(
        {
            **PRODUCTION,
            "HANDOFF_WEBHOOK_URL": "https://crm/s3cret-path",
            "HANDOFF_WEBHOOK_SECRET": "s3cret" * 4,
        }
    )
    views = (
        repr(settings),
        str(settings),
        f"{settings}",
        str(describe(settings)),
        str(settings.pepper_secret),
    )
    assert not any("s3cret" in view for view in views)


def test_settings_cannot_be_serialized_by_accident() -> None:
    with pytest.raises(TypeError):
        msgspec.json.encode(load({}))


def test_a_secret_shows_its_value_only_when_asked() -> None:
    secret = Secret("value")
    assert (str(secret), repr(secret), f"{secret}") == (MASK, MASK, MASK)
    assert secret.reveal() == "value"
    assert (bool(secret), bool(Secret())) == (True, False)
    assert repr(Secret()) == ""
    assert secret == Secret("value")
    assert secret != Secret("other")
    assert secret != "value"
    assert len({secret, Secret("value")}) == 1
    assert pickle.loads(pickle.dumps(secret)) == secret  # noqa: S301 — nosso próprio valor


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("embedded", "embedded"),
        ("", ""),
        ("redis://h:6379", "redis://h:6379"),
        ("redis://u:p@h:6379/0", "redis://***@h:6379/***"),
        ("https://crm.example/hook?token=x", "https://crm.example/***"),
        ("unix:///run/redis.sock", "unix:///***"),
        ("just-a-secret", "***"),
        ("://x", "***"),
        ("http://[x", "***"),
        ("http://x?[", "http://x/***"),
        ("redis+cluster://me:pw@a:1,[::1]:2", "redis+cluster://***@a:1,[::1]:2"),
        ("redis://me:p/w@h:6379", "***"),
        ("redis://me:12/w@h:6379", "***"),
        ("redis://me:12?w@h:6379", "***"),
        ("redis://me:p#w@h:6379", "***"),
    ],
)
def test_an_address_shows_where_it_leads_and_no_credential(url: str, shown: str) -> None:
    assert str(SecretUrl(url)) == shown


def test_the_description_lists_every_variable_with_its_source() -> None:
    rows = {name: (value, source) for name, value, source in describe(load({"CLAIM_IDLE": "3"}))}
    assert list(rows) == [variable.name for variable in VARIABLES]
    assert rows["CLAIM_IDLE"] == ("3", "environment")
    assert rows["MAX_ATTEMPTS"] == ("5", "default")
    assert rows["PEPPER_SECRET"] == (MASK, "default")
    assert rows["WHATSAPP_WEBHOOK_SECRET"] == (MASK, "default")
    assert rows["DEDUPE_TTL_SECONDS"] == ("691200", "default")
    assert rows["ZERO_TRUST_MODE"] == ("true", "default")


def test_every_variable_has_a_text_in_the_same_order() -> None:
    described = [name for group in ABOUT.values() for name in group]
    assert described == [variable.name for variable in VARIABLES]


def test_a_variable_is_the_field_of_the_same_name() -> None:
    assert [v.attribute for v in VARIABLES] == [
        f for f in Settings.__struct_fields__ if f not in {"given", "stored"}
    ]
