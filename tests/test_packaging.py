"""O que se instala é o que se testou? O pacote, as versões fixadas, os processos e a imagem, conferidos aqui.

Limite: a imagem não é construída (isso é da integração contínua); conferem-se as suas partes.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import threading
import tomllib
import zipfile
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.repository import ROOT, files

PACKAGES = ("pyloto_stream", "ingress", "consumers")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = ("requirements.lock", "requirements-dev.lock")
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
SITE_PACKAGES = sysconfig.get_path("purelib")


def output(*command: str | Path, cwd: Path = ROOT, environ: dict[str, str] | None = None) -> str:
    """A saída de um comando que tem de dar certo, num ambiente sem variáveis do projeto."""
    clean = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    env = clean | (environ or {})
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """O pacote, construído sem rede a partir de uma cópia dos fontes."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in PACKAGES:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, folder / name)
    offline = ("--no-deps", "--no-build-isolation", "--no-index")
    output(sys.executable, "-m", "pip", "wheel", *offline, "--wheel-dir", "dist", ".", cwd=folder)
    (built,) = (folder / "dist").glob("*.whl")
    return built


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`bin` de um ambiente novo com o pacote; as dependências vêm do ambiente dos testes."""
    place = tmp_path_factory.mktemp("installed") / "venv"
    output(sys.executable, "-m", "venv", "--without-pip", place)
    install = ("install", "--no-deps", "--no-index", "--quiet", "--disable-pip-version-check")
    output(sys.executable, "-m", "pip", "--python", place / "bin" / "python", *install, wheel)
    (site,) = (place / "lib").glob("python3*/site-packages")
    (site / "dependencies.pth").write_text(f"{SITE_PACKAGES}\n", encoding="utf-8")
    return place / "bin"


def test_the_wheel_holds_every_file_of_the_packages_and_nothing_else(wheel: Path) -> None:
    inside = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    sources = {str(path.relative_to(ROOT)) for path in files()}
    assert inside == {name for name in sources if name.partition("/")[0] in PACKAGES}
    assert "pyloto_stream/py.typed" in inside
    assert {Path(name).suffix for name in inside} >= {".lua", ".toml", ".tsv", ".html", ".css", ".js", ".svg"}


def test_the_installed_command_works_from_another_folder(installed: Path, tmp_path: Path) -> None:
    where = "import pyloto_stream, ingress, consumers; print(pyloto_stream.__file__)"
    assert output(installed / "python", "-P", "-c", where, cwd=tmp_path).startswith(str(installed.parent))
    command = installed / "pyloto-stream"
    assert output(command, "--version", cwd=tmp_path).strip() == PROJECT["project"]["version"]
    checked = json.loads(output(command, "config", "check", "--json", cwd=tmp_path))
    assert checked["ok"] is True
    assert list(tmp_path.iterdir()) == []


def test_the_installed_package_finds_its_data_files(installed: Path, tmp_path: Path) -> None:
    load = "from pyloto_stream.streams.scripts import Script; print(all(script.source for script in Script))"
    assert output(installed / "python", "-P", "-c", load, cwd=tmp_path) == "True\n"


def processes() -> dict[str, list[str]]:
    """Nome e comando de cada processo do Procfile, sem as variáveis que vêm antes dele."""
    lines = (ROOT / "Procfile").read_text(encoding="utf-8").splitlines()
    pairs = (line.partition(": ") for line in lines if line.strip())
    return {name: [word for word in line.split() if "=" not in word] for name, _, line in pairs}


def test_the_procfile_has_the_ingress_and_one_process_per_stage() -> None:
    from consumers.pipeline import STAGES  # noqa: PLC0415 — o pacote pode estar quebrado; o resto se confere

    stages = {stage: ["pyloto-stream", "worker", "--stage", stage] for stage in STAGES}
    assert processes() == {"ingress": ["pyloto-stream", "ingress"], **stages}


@pytest.mark.parametrize("name", processes())
def test_a_command_of_the_procfile_exists(name: str, tmp_path: Path) -> None:
    assert output(sys.executable, "-m", "pyloto_stream", *processes()[name][1:], "--help", cwd=tmp_path)


def locked(lock: str) -> dict[str, str]:
    """Versão de cada pacote de um arquivo de versões fixadas."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    return {canonicalize_name(m[1]): m[2] for m in re.finditer(r"^([\w.-]+)==([^ ;\\]+)", text, re.MULTILINE)}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_has_hashes_for_everything_and_names_no_registry(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    blocks = re.split(r"^(?=\S)", text, flags=re.MULTILINE)[1:]
    assert [block.split()[0] for block in blocks if "==" not in block or "--hash=sha256:" not in block] == []
    assert not re.search(r"://|--(?:extra-)?index-url|--find-links", text)


def test_every_dependency_is_locked_at_a_version_it_allows() -> None:
    project = PROJECT["project"]
    extras = project["optional-dependencies"].values()
    runs = [*project["dependencies"], *(requirement for extra in extras for requirement in extra)]
    tests = [*runs, *PROJECT["dependency-groups"]["dev"]]
    wanted = {"requirements.lock": runs, "requirements-dev.lock": tests}
    for lock, requirements in wanted.items():
        versions = locked(lock)
        for requirement in map(Requirement, requirements):
            assert requirement.specifier.contains(versions[canonicalize_name(requirement.name)]), requirement


def test_what_runs_and_what_is_tested_have_the_same_versions() -> None:
    tested = locked("requirements-dev.lock")
    assert {name: tested[name] for name in locked("requirements.lock")} == locked("requirements.lock")


def test_both_stages_of_the_image_have_the_same_base() -> None:
    assert len(set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE))) == 1
    assert DOCKERFILE.count("\nFROM ") == 2


def test_what_the_image_copies_exists_and_reaches_the_builder() -> None:
    copied = [
        name
        for line in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
        for name in line.split()
    ]
    allowed = re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(copied) == sorted(allowed)
    assert [name for name in copied if not (ROOT / name).exists()] == []


def test_the_image_starts_a_command_that_exists_as_a_plain_user() -> None:
    lines = (re.findall(rf"^{word} (.+)$", DOCKERFILE, re.MULTILINE) for word in ("ENTRYPOINT", "CMD"))
    entry, command = (json.loads(line) for (line,) in lines)
    assert [*entry, *command] in processes().values()
    assert re.search(r"^USER [1-9]\d+:[1-9]\d+$", DOCKERFILE, re.MULTILINE)
    assert "STOPSIGNAL SIGTERM" in DOCKERFILE


def test_the_builder_of_the_image_gets_a_locked_setuptools() -> None:
    (program,) = re.findall(r"awk '([^']+)' requirements-dev\.lock", DOCKERFILE)
    block = output("awk", program, ROOT / "requirements-dev.lock")
    assert block.startswith(f"setuptools=={locked('requirements-dev.lock')['setuptools']}")
    assert "--hash=sha256:" in block
    assert "==" not in block.partition("\n")[2]


class Alive(BaseHTTPRequestHandler):
    """Responde 200 só em `/health`."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/health" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nada na saída."""


def test_the_health_check_asks_the_private_listener() -> None:
    (line,) = re.findall(r"^    CMD (\[.+\])$", DOCKERFILE, re.MULTILINE)
    _, flag, code = json.loads(line)
    check = [sys.executable, flag, code]
    server = HTTPServer(("127.0.0.1", 0), Alive)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        output(*check, environ={"ADMIN_PORT": str(server.server_port)})
    finally:
        server.shutdown()
        server.server_close()
    closed = {"ADMIN_PORT": "1"}
    assert subprocess.run(check, env=closed, capture_output=True, timeout=30, check=False).returncode != 0


def test_the_continuous_integration_script_is_executable_and_parses() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    output("bash", "-n", script)
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    assert ".ci/run" in workflow
    assert "permissions:\n  contents: read\n" in workflow
    assert re.findall(r"uses: (?!\S+@v\d+$)(.+)$", workflow, re.MULTILINE) == []


def test_make_help_lists_what_a_newcomer_needs() -> None:
    listed = re.findall(r"^  make (\w+)", output("make", "-s", "help"), re.MULTILINE)
    assert set(listed) >= {"help", "demo", "dev", "test", "check", "coverage", "bench", "faults"}
