"""Checks of this repository; operating the product is `inv`. Everything runs in bootstrap's locked .venv."""

from __future__ import annotations

import os
import signal
import tempfile
import tomllib
from pathlib import Path

import nox

nox.needs_version = ">=2026.10.20"
nox.options.default_venv_backend = "none"
# Sessions run beside each other (docs/decisions/sessions-side-by-side.md): two more than there are processors, because
# those with an engine wait half of their time. A job that is cancelled gets SIGTERM: it ends as Ctrl-C would end it.
nox.options.parallel = (os.cpu_count() or 1) + 2
nox.options.allow_parallel = True
signal.signal(signal.SIGTERM, signal.default_int_handler)

CONFIGURATION = tomllib.loads(Path(__file__).with_name("pyproject.toml").read_text(encoding="utf-8"))
ENVIRONMENTS = [*CONFIGURATION["tool"]["dockgate"]["environments"]]
# A team that put its own application here has named it. Its `nox` runs what looks at that; Dockgate's own tests, which
# know the application that came with it, run when they are named. `coverage` has the tests of `tests`.
DOCKGATE = CONFIGURATION["tool"]["dockgate"]["name"] == "dockgate"
BROWSED = [name for name in ENVIRONMENTS if name != "staging"]  # development, and what production is
INTEGRATION, APP, BROWSER = "tests/integration", "tests/app", "tests/app/browser"
TEAM = ["lint", "app", "integration", *(["browser"] if Path(BROWSER).is_dir() else [])]
OF_RELEASES = ["checks"] if DOCKGATE else []  # the tag of what a release runs: `nox -t checks`
# What takes longest begins first; what waits for the images lets the others begin.
nox.options.sessions = [
    "build",
    *(["engine", "coverage", "types"] if DOCKGATE else []),
    *TEAM,
    *(["alone"] if DOCKGATE else []),
]
SCRIPTS = [
    *("bootstrap", ".ci/run", "docker/base/customize", "docker/exporters/valkey-entrypoint"),
    *(f"docker/rootfs/{each}" for each in ("assemble", "unpack", "with-host")),
    *(f"docker/{each}/docker-entrypoint" for each in ("gateway", "postgres", "valkey")),
]
OWN = f"{INTEGRATION}/environments"
# Each about as long as one environment; what has no part of its own is in the rest.
PARTS = {
    "releases": f"{INTEGRATION}/releases",
    "reports": "tests/reports",
    "images": f"{INTEGRATION}/images",
}
WORKFLOW, GITLAB = ".github/workflows/checks.yml", ".gitlab-ci.yml"
YAML = ["compose", ".pre-commit-hooks.yaml", ".hadolint.yaml", ".yamllint", WORKFLOW, GITLAB]
# A test that is interrupted still removes what it started; Nox would give it half a second.
INTERRUPT, TERMINATE = 60.0, 30.0
RAM = "/dev/shm"  # noqa: S108 - pytest makes a folder of its own there, closed to others


@nox.session(tags=["checks"])
def lint(session: nox.Session) -> None:
    """Ruff, import contracts, hadolint, guardrails on files, Compose on every environment, shellcheck, yamllint."""
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("lint-imports", "--no-cache")
    session.run("inv", "lint")
    if Path(".git").exists():  # an archive of the source has nothing that says which files are its own
        session.run("inv", "guard", "--all-files")
    session.run("python", "-m", "tests.compose_check", *ENVIRONMENTS)
    session.run("shellcheck", *SCRIPTS)
    session.run("yamllint", "--strict", *YAML)
    session.run("check-jsonschema", "--builtin-schema=vendor.github-workflows", WORKFLOW)
    session.run("check-jsonschema", "--builtin-schema=vendor.gitlab-ci", GITLAB)


@nox.session(tags=OF_RELEASES)
def types(session: nox.Session) -> None:
    """Mypy, strict, on the package, the tasks, the tests and the benches."""
    session.run("mypy")


@nox.session
def tests(session: nox.Session) -> None:
    """Unit tests: no engine, no network."""
    _units(session)


@nox.session(tags=OF_RELEASES)
def coverage(session: nox.Session) -> None:
    """Run the same tests, traced: half as long again, and they have to reach 97 % of the lines and branches."""
    _units(session, "--cov")


def _units(session: nox.Session, *words: str) -> None:
    _on_ram(session)
    # A worker that goes through its files in their order loads what they share once.
    session.run("pytest", *words, "--numprocesses=auto", "--dist=worksteal", *session.posargs)


def _on_ram(session: nox.Session) -> None:
    # Compiled tests stay: rewriting their assertions anew takes each process four seconds. Thousands of small files
    # and their fsyncs belong on RAM: a third of the time.
    session.env["PYTHONDONTWRITEBYTECODE"] = ""
    session.env["TMPDIR"] = RAM if Path(RAM).is_dir() else tempfile.gettempdir()


@nox.session(venv_backend="uv", reuse_venv=True, allow_parallel=False)
def mutants(session: nox.Session) -> None:
    """Change the package in a sample of places, and count what the tests notice: `-- --sample=150 --seed=1`.

    Not one of the default sessions: it takes seven minutes on two processors.
    """
    session.install("--require-hashes", "-r", "requirements/dockgate.lock", "-r", "requirements/mutants.lock")
    _on_ram(session)
    argv = ("python", "-m", "bench.mutants", *session.posargs)
    session.run(*argv, interrupt_timeout=INTERRUPT, terminate_timeout=TERMINATE)


@nox.session(venv_backend="uv", reuse_venv=True, tags=["checks"])
def app(session: nox.Session) -> None:
    """Run the application's own unit tests and types, with the application's own lock."""
    session.install("--require-hashes", "-r", "docker/api/requirements-test.lock")
    session.chdir("docker/api")
    session.run("pytest", *(session.posargs or ("--cov",)))
    session.run("mypy")


@nox.session
def build(session: nox.Session) -> None:
    """Build the images of all environments once, for the sessions that share them."""
    session.run("python", "-m", "tests.integration.fresh_images")


@nox.session(requires=["build"])
@nox.parametrize("part", ["rest", *PARTS], ids=["rest", *PARTS])
def engine(session: nox.Session, part: str) -> None:
    """Test single parts on a real engine: no engine is an error, not a skip."""
    others = (INTEGRATION, f"--ignore={OWN}", *(f"--ignore={place}" for place in PARTS.values()))
    _pytest(session, "-m", "not alone", *(others if part == "rest" else (PARTS[part],)))


@nox.session(allow_parallel=False)
def swarm(session: nox.Session) -> None:
    """Test deployments on real engines of its own, in network namespaces: as root, after `build`.

    Not one of the default sessions: it takes more than three minutes. What is planned is in the unit tests.
    """
    _pytest(session, "-n0", "tests/swarm")


@nox.session(requires=["build"], allow_parallel=False)
def alone(session: nox.Session) -> None:
    """Hold limits in seconds on a real engine, when all other sessions have ended."""
    _pytest(session, "-m", "alone", INTEGRATION)


@nox.session(requires=["build"])
@nox.parametrize("environment", ENVIRONMENTS, ids=ENVIRONMENTS)
def integration(session: nox.Session, environment: str) -> None:
    """One environment, whole, on a real engine: `nox -s "integration(dev)"`; no engine is an error, not a skip."""
    own = (OWN,) if DOCKGATE else ()
    _pytest(session, *_environment(environment), APP, *own, f"--ignore={BROWSER}")


@nox.session(requires=["build"], venv_backend="uv", reuse_venv=True)
@nox.parametrize("environment", BROWSED, ids=BROWSED)
def browser(session: nox.Session, environment: str) -> None:
    """Use the pages in headless Chromium, with JavaScript and without, and axe: `nox -s "browser(dev)"`."""
    locks = ("-r", "requirements/dockgate.lock", "-r", "requirements/browser.lock")
    session.install("--require-hashes", *locks)
    _pytest(session, *_environment(environment), BROWSER)


def _environment(name: str) -> tuple[str, ...]:
    return ("-p", "tests.app.plugin", f"--environment={name}")


def _pytest(session: nox.Session, *words: str) -> None:
    argv = ("python", "-m", "pytest", *words)  # as a module: this folder is on the path when plugins are loaded
    session.run(*argv, *session.posargs, interrupt_timeout=INTERRUPT, terminate_timeout=TERMINATE)


@nox.session(allow_parallel=False)
def bench(session: nox.Session) -> None:
    """Ratios to raw Docker Compose and the gates of the budgets, written to bench.json."""
    session.run("python", "-m", "bench", *session.posargs)


@nox.session(allow_parallel=False)
def relock(session: nox.Session) -> None:
    """Write the locks anew from requirements/*.in and pyproject.toml: hashes, no addresses."""
    flags = ("--generate-hashes", "--universal", "--python-version=3.11", "--no-header", "--no-annotate", "--quiet")
    beside = ("-c", "requirements/dockgate.lock")
    more = {"uv": (), "dockgate": ("pyproject.toml", "--extra=all"), "browser": beside, "mutants": beside}
    for name, package in more.items():
        files = (
            *(f"requirements/{name}.in", *package),
            "--overrides=requirements/left-out.in",
            f"--output-file=requirements/{name}.lock",
        )
        session.run("uv", "pip", "compile", *flags, "--no-emit-index-url", "--no-emit-find-links", *files)
