"""Configuração do sistema inteiro numa pasta só, em portas livres."""

from pathlib import Path

from pyloto_stream.settings import Settings, load


def local_settings(folder: Path, **environ: str) -> Settings:
    """Configuração de desenvolvimento com todos os dados em `folder`."""
    ports = {"INGRESS_PORT": "0", "ADMIN_PORT": "0", "SIMULATOR_PORT": "0"}
    places = {
        "EMBEDDED_DIR": str(folder / "redis"),
        "SQLITE_PATH": str(folder / "documents.sqlite3"),
        "OBJECT_FOLDER": str(folder / "objects"),
    }
    return load({**ports, **places, **environ})
