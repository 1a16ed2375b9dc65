"""Um emulador do Firestore de verdade, iniciado do jar do Google, sem gcloud e sem rede."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.support.emulator import Emulator
from tests.support.servers import missing

PACKAGE = "google-cloud-cli-firestore-emulator"
MAIN_CLASS = "com.google.cloud.datastore.emulator.firestore.CloudFirestore"
START_S = 60.0


def jar() -> Path:
    """O jar do emulador, do pacote Debian do Google."""
    listing = ""
    if shutil.which("dpkg"):
        command = ["dpkg", "-L", PACKAGE]
        listing = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    found = [Path(line) for line in listing.splitlines() if line.endswith("emulator.jar")]
    if not found:
        missing("the Firestore emulator", f"apt-get install {PACKAGE}")
    if not shutil.which("java"):
        missing("java", "the Firestore emulator needs it: apt-get install default-jre-headless")
    return found[0]


class FirestoreEmulator(Emulator):
    """O emulador; `host` é o valor de `FIRESTORE_EMULATOR_HOST`."""

    def __init__(self, binary: Path, log: Path) -> None:
        super().__init__(log, START_S)
        self._binary = binary

    def command(self, port: int) -> Sequence[str]:
        """O jar, sem gcloud."""
        return (
            "java", "-Duser.language=en", "-cp", str(self._binary), MAIN_CLASS, "start",
            "--host=127.0.0.1", f"--port={port}",
        )  # fmt: skip
