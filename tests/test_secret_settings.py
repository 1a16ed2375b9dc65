"""O início com segredos de um Secret Manager: o que se pede, o que se recusa, e nada se mostra."""

import base64
from collections.abc import AsyncIterator

import grpc  # type: ignore[import-untyped]
import pytest
import pytest_asyncio

from pyloto_stream.errors import MisconfiguredError, UnavailableError
from pyloto_stream.secret_settings import FIXED, REQUIRED, SECRETS, load_settings, place_of, secret_name
from pyloto_stream.settings import describe
from pyloto_stream.whatsapp.flows.keys import load_keys, new_key
from tests.support.graph import closed_port
from tests.support.secret_manager import PROJECT, secret_manager
from tests.support.vault import PEPPER, TOKEN, VALUES, WEBHOOK, Vault
from tests.test_settings import PRODUCTION

MISSING_URL = "pyloto-redis-url does not exist in Secret Manager"
OTHER_KEY = base64.b64encode(b"another-key-of-thirty-two-bytes!").decode()


@pytest_asyncio.fixture
async def vault() -> AsyncIterator[Vault]:
    async with secret_manager() as server:
        yield Vault(server)


async def refused(vault: Vault, **more: str) -> dict[str, str]:
    """O que se disse, por variável."""
    with pytest.raises(MisconfiguredError) as caught:
        await vault.settings(**more)
    lines = caught.value.problems
    assert not any(value in line for value in VALUES.values() for line in lines)
    return dict(line.split(": ", 1) for line in lines)


def test_the_names_follow_one_rule_and_no_secret_is_left_out() -> None:
    assert secret_name("WHATSAPP_ACCESS_TOKEN") == "pyloto-whatsapp-access-token"
    assert SECRETS.keys() == {
        "REDIS_URL", "WHATSAPP_VERIFY_TOKEN", "WHATSAPP_WEBHOOK_SECRET", "WHATSAPP_ACCESS_TOKEN",
        "WHATSAPP_ACCESS_TOKENS", "FLOW_PRIVATE_KEY", "FLOW_PRIVATE_KEY_PASSPHRASE", "PEPPER_SECRET",
        "DATA_ENCRYPTION_KEY", "AUDIT_ANCHOR_KEY", "OPENAI_API_KEY", "HANDOFF_WEBHOOK_URL",
        "HANDOFF_WEBHOOK_SECRET", "ADMIN_TOKEN",
    }  # fmt: skip
    assert VALUES.keys() == REQUIRED
    assert SECRETS.keys() > FIXED


async def test_what_the_environment_does_not_give_is_read_and_the_rest_is_not_asked_for(vault: Vault) -> None:
    vault.remove(PEPPER)
    settings = await vault.settings(PEPPER_SECRET="given-pepper", ADMIN_TOKEN="given-token")
    assert settings.stored == VALUES.keys() - {PEPPER}
    assert settings.whatsapp_access_token.reveal() == VALUES[TOKEN]
    assert settings.pepper_secret.reveal() == "given-pepper"
    asked = next(vault.server.calls)
    assert asked == len(SECRETS) - 2 + len(VALUES) - 1  # uma lista por segredo, uma leitura por valor


async def test_several_versions_hold_newest_first_and_a_trailing_line_break_does_not(vault: Vault) -> None:
    pems = [new_key().decode() for _ in range(3)]
    for name, values in {
        WEBHOOK: ["planted-webhook-secret-2\n", "planted-webhook-secret-3"],
        TOKEN: ["planted-access-token-2\n"],
        "DATA_ENCRYPTION_KEY": [OTHER_KEY],
        "FLOW_PRIVATE_KEY": pems,
    }.items():
        for value in values:
            vault.add(name, value)
    vault.disable("FLOW_PRIVATE_KEY", 2)
    vault.disable(WEBHOOK, 1)
    settings = await vault.settings()
    webhook = [secret.reveal() for secret in settings.whatsapp_webhook_secret]
    assert webhook == ["planted-webhook-secret-3", "planted-webhook-secret-2"]
    assert settings.whatsapp_access_token.reveal() == "planted-access-token-2"
    assert settings.data_keys() == {
        1: b"planted-key-of-thirty-two-bytes!", 2: b"another-key-of-thirty-two-bytes!",
    }  # fmt: skip
    newest, oldest = load_keys(settings.flow_key_pem())
    for found, pem in ((newest, pems[2]), (oldest, pems[0])):
        assert found.private_numbers() == load_keys(pem.encode())[0].private_numbers()


async def test_a_data_key_that_says_its_version_keeps_it(vault: Vault) -> None:
    vault.add("DATA_ENCRYPTION_KEY", f"1:{VALUES['DATA_ENCRYPTION_KEY']},7:{OTHER_KEY}")
    assert (await vault.settings()).data_keys().keys() == {1, 7}


async def test_missing_empty_disabled_wrong_and_repeated_are_told_apart_and_all_at_once(vault: Vault) -> None:
    vault.remove("WHATSAPP_VERIFY_TOKEN")
    vault.server.secrets[secret_name(WEBHOOK)] = []
    vault.disable(TOKEN, 1)
    vault.add(PEPPER, "planted-other-pepper-0123456789-01")
    vault.add("ADMIN_TOKEN", "two words")
    vault.add("OPENAI_API_KEY", b"\xff\xfe")
    vault.server.secrets[secret_name("DATA_ENCRYPTION_KEY")] = [(b"short", True)]
    told = await refused(vault, CLAIM_IDLE="six", OPENAI_ENABLED="true", OPENAI_MODEL="m")
    assert told == {
        "CLAIM_IDLE": "must be a number from 0.1 to 600",
        "WHATSAPP_VERIFY_TOKEN": "pyloto-whatsapp-verify-token does not exist in Secret Manager",
        WEBHOOK: "pyloto-whatsapp-webhook-secret has no version in Secret Manager",
        TOKEN: "pyloto-whatsapp-access-token has no enabled version",
        PEPPER: "pyloto-pepper-secret has several enabled versions, and must never change: "
        "leave the one in use enabled",
        "DATA_ENCRYPTION_KEY": "must be 32 bytes in base64",
        "OPENAI_API_KEY": "pyloto-openai-api-key is not text",
        "ADMIN_TOKEN": "must not contain spaces or line breaks",
    }


async def test_an_optional_secret_that_is_needed_is_named_with_its_place(vault: Vault) -> None:
    told = await refused(vault, ADMIN_HOST="0.0.0.0")
    assert told == {
        "ADMIN_TOKEN": "required when ADMIN_HOST is not a loopback address; "
        "pyloto-admin-token does not exist in Secret Manager"
    }


async def test_denied_is_a_refusal_also_of_what_may_not_exist(vault: Vault) -> None:
    vault.server.refuse = grpc.StatusCode.PERMISSION_DENIED
    told = await refused(vault)
    assert told.keys() == SECRETS.keys()
    assert told["ADMIN_TOKEN"] == "pyloto-admin-token may not be read by this identity"


async def test_no_answer_is_an_outage_that_names_the_variables_unless_something_else_is_wrong(
    vault: Vault,
) -> None:
    vault.server.refuse = grpc.StatusCode.UNAVAILABLE
    with pytest.raises(
        UnavailableError, match="Secret Manager did not answer for REDIS_URL, WHATS"
    ) as caught:
        await vault.settings(PEPPER_SECRET="given-pepper")
    assert caught.value.code == "secrets_unavailable"
    assert PEPPER not in str(caught.value)
    assert (await refused(vault, CLAIM_IDLE="six"))[TOKEN].endswith("could not be read: no answer")


async def test_rules_of_production_hold_on_what_was_read(vault: Vault) -> None:
    kept = {name: value for name, value in PRODUCTION.items() if name not in SECRETS}
    with pytest.raises(MisconfiguredError) as caught:
        await vault.settings(**kept)
    assert caught.value.problems == (
        f"REDIS_URL: required in production: the embedded server is for development; {MISSING_URL}",
        "SECRET_MANAGER_EMULATOR_HOST: must not be set in production",
    )
    vault.server.secrets[secret_name(PEPPER)] = [(b"short", True)]
    vault.server.secrets[secret_name(TOKEN)] = [(b"development-access-token", True)]
    told = await refused(vault, **kept)
    assert told[PEPPER] == "must have at least 32 characters in production"
    assert told[TOKEN] == "required in production: the development value is public"


def test_a_place_that_cannot_be_is_refused_before_anybody_is_asked() -> None:
    gcp = {"SECRETS_BACKEND": "gcp", "FIRESTORE_PROJECT_ID": PROJECT}
    for environ, problem in (
        ({"SECRETS_BACKEND": "gcp"}, "FIRESTORE_PROJECT_ID: required with SECRETS_BACKEND=gcp"),
        (gcp | {"FIRESTORE_PROJECT_ID": "?"}, "FIRESTORE_PROJECT_ID: must have the form"),
        (PRODUCTION | gcp | {"SECRET_MANAGER_EMULATOR_HOST": "127.0.0.1:1", "ADMIN_TOKEN": ""},
         "SECRET_MANAGER_EMULATOR_HOST: must not be set in production"),
    ):  # fmt: skip
        assert place_of(environ) is None
        with pytest.raises(MisconfiguredError) as caught:
            load_settings(environ)
        assert len(caught.value.problems) == 1
        assert caught.value.problems[0].startswith(problem)
    assert place_of({"FIRESTORE_PROJECT_ID": PROJECT}) is None
    assert not load_settings({}).stored


def test_a_process_reads_by_itself_and_says_who_did_not_answer() -> None:
    environ = {
        "SECRETS_BACKEND": "gcp", "FIRESTORE_PROJECT_ID": PROJECT,
        "SECRET_MANAGER_EMULATOR_HOST": f"127.0.0.1:{closed_port()}",
    }  # fmt: skip
    with pytest.raises(UnavailableError, match="ADMIN_TOKEN"):
        load_settings(environ)


async def test_nothing_read_is_shown(vault: Vault) -> None:
    settings = await vault.settings()
    text = repr(settings) + repr(describe(settings)) + str(settings)
    assert not any(value in text for value in VALUES.values())
    assert (PEPPER, "***", "secret manager") in describe(settings)
