"""O que `OBJECT_STORE` exige de outras variáveis? `gcs`, os baldes; a pasta, um desenvolvimento."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pyloto_stream.settings_addresses import split

if TYPE_CHECKING:
    from pyloto_stream.settings import Settings

BUCKETS = ("GCS_BUCKET_MEDIA", "GCS_BUCKET_EXPORT")


def object_problems(settings: "Settings") -> Iterator[tuple[str, str]]:
    """Variável e o que dizer dela, sem valores."""
    outside, where = settings.environment != "development", settings.environment
    if settings.object_store == "folder" and outside:
        yield "OBJECT_STORE", f"must be gcs in {where}"
    if settings.object_store == "gcs":
        for name in BUCKETS:
            if not getattr(settings, name.lower()):
                yield name, "required with OBJECT_STORE=gcs"
    emulator = settings.storage_emulator_host
    parts = split(emulator)
    if emulator and outside:
        yield "STORAGE_EMULATOR_HOST", f"must not be set in {where}"
    elif emulator and (parts is None or parts.scheme not in {"http", "https"} or not parts.hostname):
        yield "STORAGE_EMULATOR_HOST", "must be an address such as http://127.0.0.1:9023"
