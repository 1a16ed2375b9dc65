"""Poderia ser criado ali o que ainda não existe? Experimenta-se na pasta que há, e nada fica.

Promete: responde também de uma pasta que não se pode ler, e sem caminhos. Limite: as permissões não dizem
tudo (o dono da máquina passa por elas, e há pastas que nada aceitam); por isso não se olham, tenta-se.
"""

import os
import tempfile
from pathlib import Path


def seen(path: Path) -> bool:
    """Se há algo em `path` que este processo veja."""
    return os.path.lexists(path)


def is_folder(path: Path) -> bool:
    """Se é uma pasta que este processo veja."""
    return os.path.isdir(path)  # noqa: PTH112 — `Path.is_dir` levanta onde falta permissão


def creation_problem(path: Path) -> str:
    """O que impede que `path`, que não se vê, seja criado; vazio se nada."""
    above = next(folder for folder in path.absolute().parents if seen(folder))
    if not is_folder(above):
        return "what should be a folder above it is none"
    return writing_problem(above)


def writing_problem(folder: Path) -> str:
    """O que impede que algo se crie em `folder`, que existe; vazio se nada."""
    try:
        Path(tempfile.mkdtemp(prefix=".doctor-", dir=folder)).rmdir()
    except OSError as error:
        return f"nothing can be created there ({error.strerror})"
    return ""
