"""Os testes acusariam a falta de cada guarda? Tira uma por vez, numa cópia da árvore, e roda um teste.

`python -m tests.mutants [nome ...]`: termina com 0 se todo teste passa na cópia intacta e falha sem a guarda,
com 1 se algum sobrevive. As guardas estão em `mutants.toml`: arquivo, trecho exato, o que fica no lugar, e o
teste.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

import msgspec

ROOT = Path(__file__).parents[2]
PARTS = ("pyloto_stream", "ingress", "consumers", "tests", "docs", "pyproject.toml")
AT_ONCE = 2
TIMEOUT_S = 120
PASSED, FAILED = 0, 1


class Mutant(msgspec.Struct, frozen=True):
    """Uma guarda tirada. `old` aparece uma só vez em `file`; `test` é o nome completo para o pytest."""

    name: str
    file: str
    old: str
    new: str
    test: str


def load() -> tuple[Mutant, ...]:
    """As guardas declaradas."""
    listed = tomllib.loads((Path(__file__).parent / "mutants.toml").read_text("utf-8"))
    return msgspec.convert(listed["mutant"], tuple[Mutant, ...])


def without_guard(text: str, mutant: Mutant) -> str:
    """O arquivo sem a guarda.

    Raises:
        ValueError: o trecho não está lá exatamente uma vez: a guarda mudou e a declaração não.
    """
    if text.count(mutant.old) != 1:
        raise ValueError(f"{mutant.name}: found {text.count(mutant.old)} times in {mutant.file}")
    return text.replace(mutant.old, mutant.new)


def run_tests(tree: Path, tests: Sequence[str]) -> int:
    """Código de saída do pytest sobre a cópia `tree`."""
    # `plain`: o que difere não interessa, e entre mil valores leva mais que o prazo a mostrar
    options = ("-q", "-x", "-p", "no:cacheprovider", "--timeout=30", "--assert=plain")
    command = [sys.executable, "-m", "pytest", *options, *tests]
    environ = {**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        command, cwd=tree, env=environ, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
    )
    if done.returncode not in (PASSED, FAILED):
        sys.stderr.write(done.stdout + done.stderr)
    return done.returncode


def survives(tree: Path, mutant: Mutant) -> bool:
    """O teste continua a passar sem a guarda?"""
    file = tree / mutant.file
    whole = file.read_text("utf-8")
    file.write_text(without_guard(whole, mutant), "utf-8")
    try:
        return run_tests(tree, [mutant.test]) != FAILED
    except subprocess.TimeoutExpired:
        return True  # um teste que não termina não acusa nada
    finally:
        file.write_text(whole, "utf-8")


def copy_tree(to: Path) -> Path:
    """Cópia do que os testes usam."""
    to.mkdir()
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, to / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, to / part)
    return to


def tell(line: str) -> None:
    """Uma linha para quem espera."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(names: Sequence[str]) -> int:
    """Roda tudo, ou só os `names`, e conta em linhas."""
    mutants = [mutant for mutant in load() if not names or mutant.name in names]
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        trees: SimpleQueue[Path] = SimpleQueue()
        for number in range(AT_ONCE):
            trees.put(copy_tree(Path(folder) / str(number)))
        intact = trees.get()
        if run_tests(intact, sorted({mutant.test for mutant in mutants})) != PASSED:
            sys.stderr.write("the named tests do not pass with every guard in place\n")
            return 1
        trees.put(intact)

        def judged(mutant: Mutant) -> bool:
            tree, started = trees.get(), time.monotonic()
            try:
                lives = survives(tree, mutant)
            finally:
                trees.put(tree)
            verdict = "SURVIVED" if lives else "killed"
            tell(f"{verdict:9}{mutant.name:34}{time.monotonic() - started:5.1f} s  {mutant.test}")
            return lives

        with ThreadPoolExecutor(AT_ONCE) as pool:
            survivors = sum(pool.map(judged, mutants))
    tell(f"{len(mutants)} guards removed one at a time, {survivors} not missed by their test")
    return 1 if survivors else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
