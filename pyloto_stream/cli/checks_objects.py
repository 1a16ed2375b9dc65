"""Os objetos estão ao alcance? A pasta, ou cada balde: existe, o que se pode nele, o que guarda do apagado.

Promete: nada fica escrito; variáveis são ditas pelo nome, baldes não. Limite: as políticas de um balde só se
leem com `storage.buckets.get`; sem isso, a resposta diz que não as viu.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from pyloto_stream.cli.check import Check
from pyloto_stream.cli.checks_places import creation_problem, is_folder, seen, writing_problem
from pyloto_stream.errors import MisconfiguredError, UnavailableError
from pyloto_stream.settings import Settings
from pyloto_stream.stores.objects import BUSY, NO_BUCKET, REFUSED

if TYPE_CHECKING:
    from pyloto_stream.stores.object_gcs import BucketState, GcsObjects

PERMISSIONS = tuple(f"storage.objects.{verb}" for verb in ("create", "delete", "get", "list"))
WHY = {
    NO_BUCKET: "there is no such bucket",
    REFUSED: "the Google credentials are refused",
    BUSY: "it answers, but asks to wait",
}
DAY_S = 86_400


async def object_checks(settings: Settings) -> list[Check]:
    """Uma resposta para a pasta, ou uma por balde e uma para quem assina os links."""
    if settings.object_store == "folder":
        return [_folder(settings.object_folder)]
    try:
        from pyloto_stream.stores.object_gcs import GcsObjects  # noqa: PLC0415 — só quem usa paga o SDK
    except ImportError:
        return [Check("objects", "failed", "OBJECT_STORE: gcs needs the extra `gcp`")]
    buckets = {"media": settings.gcs_bucket_media, "export": settings.gcs_bucket_export}
    found = []
    for use, bucket in buckets.items():
        try:
            objects = await GcsObjects.open_bucket(bucket, emulator_host=settings.storage_emulator_host)
        except MisconfiguredError as error:
            return [Check("objects", "failed", str(error))]
        found.append(await _bucket(use, objects))
        if use == "export":
            found.append(await _links(objects))
        await objects.close()
    return found


def _folder(folder: Path) -> Check:
    if not seen(folder):
        if problem := creation_problem(folder):
            return Check("objects", "failed", f"OBJECT_FOLDER: {problem}")
        return Check("objects", "ok", "folder: it will be created")
    if is_folder(folder) and os.access(folder, os.R_OK) and not writing_problem(folder):
        return Check("objects", "ok", "folder: it can be written")
    return Check("objects", "failed", "OBJECT_FOLDER: is not a folder that can be written")


async def _bucket(use: str, objects: "GcsObjects") -> Check:
    name, variable = f"objects {use}", f"GCS_BUCKET_{use.upper()}"
    try:
        state = await objects.state(PERMISSIONS)
    except UnavailableError as error:
        why = f"{variable}: {WHY.get(error.code, error.code)}"
        return Check(name, "warning" if error.code == BUSY else "failed", why)
    if state.missing:
        return Check(name, "failed", f"{variable}: lacks {', '.join(state.missing)}")
    if kept := _kept(state):
        return Check(name, "warning", f"{variable}: {kept}, so what is erased is not gone")
    unseen = "; its soft delete and versioning could not be read" if state.versioned is None else ""
    return Check(name, "ok", f"{variable}: it can be used{unseen}")


def _kept(state: "BucketState") -> str:
    """O que o balde ainda guarda do que se apaga; vazio se nada, ou se não se viu."""
    reasons = []
    if state.kept_deleted_s:
        reasons.append(f"soft delete keeps objects {state.kept_deleted_s / DAY_S:g} days")
    if state.versioned:
        reasons.append("versioning keeps objects")
    return " and ".join(reasons)


async def _links(objects: "GcsObjects") -> Check:
    """Assina um link que ninguém recebe, para o que não existe, por um segundo."""
    try:
        await objects.signed_url("exports/doctor", 1)
    except MisconfiguredError as error:
        return Check("object links", "failed", str(error))
    except UnavailableError as error:
        why = {REFUSED: "refused: the service account needs iam.serviceAccounts.signBlob on itself"}
        return Check("object links", "failed", f"signing is {why.get(error.code, 'out of reach')}")
    return Check("object links", "ok", "they can be signed")
