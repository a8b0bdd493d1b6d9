"""The list of tasks: its whole text, by groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dockgate import __main__ as program
from dockgate.tasks import build, groups, namespace, overview

if TYPE_CHECKING:
    from pathlib import Path

LIST = """\
Run a stack:
  up                         Build missing images, start the stack in order, and wait until every service is healthy.
  down                       Stop and remove this stack; keeps its volumes unless --volumes is given.
  plan                       Show what `up` would create, recreate and start, and why.
  config                     Print the resolved Compose model; values that look like secrets are masked.
  deploy                     Roll out a release to the nodes of a swarm; returns to the release before if a service
                             fails.
  status                     Show each service's state, health and drift from the files; exit 5 unless all are healthy.
  logs                       Show container logs.
  exec                       Run a command in a running container, as in inv exec --env=dev --service=api -- CMD.
  shell                      Open a shell in a running container.
  open                       Open the stack's page in a browser, and print its address.
  restart                    Restart services and wait until every service is healthy again.
  run                        Run a command in a new container on the new image, as in inv run --env=dev --service=api --
                             CMD.
  migrate                    Run migrations and other awaited one-shots on the new image, and change nothing else.

Build and check:
  build                      Build missing images and show the size of each one.
  lint                       Run hadolint on every Dockerfile.
  guard                      Run all guardrails; exit 3 if a finding blocks.
  scan                       Scan images for known vulnerabilities and leaked secrets; exit 3 if a finding blocks.
  sbom                       Write a software bill of materials (SBOM) for each image, validated against its format.

Variables:
  env.explain                Show which file and line sets a variable, what it overrides, and which services read it.
  env.list                   List the variables of an environment: type, secret, required, and where each one is set.
  env.diff                   Compare two environments: added, removed and changed variables; never shows a secret.
  env.check                  Check the env files against the schema and show every problem.
  env.docs                   Write docs/variables.md from env/schema.toml.
  env.add                    Add an environment after another one: table, Compose overlay, env file, schema.

Secrets:
  secrets.init               Create an age identity if there is none, and generate every missing secret.
  secrets.set                Set a secret to a value read from stdin or typed at a prompt.
  secrets.edit               Edit the secrets of an environment in VISUAL or EDITOR; the plain text stays in RAM.
  secrets.list               List the secrets of an environment: source, age, strength and due date, never a value.
  secrets.fingerprint        Write one-way fingerprints of secrets, so that guardrails recognise them elsewhere.
  secrets.rotate             Replace a secret, update the database that uses it, and recreate the services that read it.
  secrets.merge              Merge a store that two branches changed, by name; where both differ, both values are kept.
  secrets.recipients         List the age recipients of an environment's secrets.
  secrets.recipients-add     Add a recipient and re-encrypt the secrets of an environment.
  secrets.recipients-remove  Remove a recipient and re-encrypt the secrets of an environment.

Releases:
  release                    Build once, check, sign and publish a release; continues an interrupted one.
  promote                    Verify a release and pin an environment to its digests for `inv up` or `inv deploy`.
  rollback                   Go back to the previous release; restores the current one if the health check fails.
  releases.list              List releases and the environments that run them.
  releases.verify            Verify a release with its public key: signature, digests, attestations, tag, age of the
                             scan.
  releases.load              Verify a release and load its images from the OCI layout into the engine; needs no network.
  releases.keygen            Create the release key pair; the private key is encrypted.

This machine:
  init                       Adopt a repository with Compose files: write dockgate.toml and a schema.
  doctor                     Check prerequisites and show how to fix each one; exit 4 if one is missing.
  clean                      Remove what stopped instances left on the engine; never touches a protected environment.
  boot                       Print a systemd unit that starts an environment at boot, with its secret files in RAM.
  completion                 Print the completion script of a shell, as in inv completion bash > ~/.inv-completion.

inv --help TASK shows the options of a task.
"""


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each task one line."""
    monkeypatch.setenv("COLUMNS", "120")


@pytest.mark.parametrize("flag", ["-l", "--list"])
def test_whole_list(flag: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It needs no project, and Invoke has nothing left to do."""
    with pytest.raises(SystemExit) as ended:
        namespace(tmp_path, [flag])
    assert ended.value.code == 0
    assert capsys.readouterr() == (LIST, "")


def test_program_lists_one_group_as_invoke_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`dockgate --list env`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["dockgate", "--list", "env"])
    with pytest.raises(SystemExit):
        program.main()
    assert ".check" in capsys.readouterr().out


def test_every_task_is_in_one_group() -> None:
    """Under the name that Invoke knows it by."""
    names = [name for group in groups() for name, _ in group.names()]
    assert sorted(names) == sorted(build().task_names)


def test_narrow_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines are wrapped to its width, below the description."""
    monkeypatch.setenv("COLUMNS", "60")
    lines = overview.text(groups()).splitlines()
    assert max(map(len, lines)) <= 60
    assert lines[1:3] == [
        "  up                         Build missing images, start the",
        "                             stack in order, and wait until",
    ]


@pytest.mark.parametrize("words", [[], ["--help"], ["--help", "exec"], ["up", "--help"], ["-l"], ["guard", "--help"]])
def test_the_program_s_help_is_its_own(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says `dockgate`, and none of Invoke's options, which do nothing here."""
    monkeypatch.setattr("sys.argv", ["dockgate", *words])
    with pytest.raises(SystemExit):
        program.main()
    text = capsys.readouterr().out
    assert "dockgate" in text
    assert not [each for each in ("inv ", "core-opts", "sudo", "--hide", "-R", "subcommand") if each in text]
