"""Um emulador do Cloud Storage de verdade, num processo seu; o que ele não cobra, `storage.py` cobra."""

import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.support.emulator import Emulator
from tests.support.servers import missing

PACKAGE = "gcp-storage-emulator"
START_S = 30.0


class StorageEmulator(Emulator):
    """O emulador, em memória; `url` é `http://…`, sem barra."""

    def __init__(self, folder: Path) -> None:
        if importlib.util.find_spec("gcp_storage_emulator") is None:
            missing("the Cloud Storage emulator", f"pip install {PACKAGE}")
        super().__init__(folder / "log", START_S)
        self._folder = folder

    @property
    def url(self) -> str:
        """Onde responde."""
        return f"http://{self.host}"

    def command(self, port: int) -> Sequence[str]:
        """O módulo, neste Python."""
        return (
            sys.executable, "-m", "gcp_storage_emulator", "-d", str(self._folder), "start",
            "-H", "127.0.0.1", "--port", str(port), "-M", "-q",
        )  # fmt: skip
