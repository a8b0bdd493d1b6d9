"""What each service of a Compose model gets."""

from __future__ import annotations

from typing import Any

import pytest

from dockgate.compose import readers

FOLDER = "/run/dockgate"


def used(entry: dict[str, Any], **shared: Any) -> list[str]:
    """Return what a service uses whose two documents are the same, as far as references go."""
    document = {"services": {"api": entry}, **shared}
    return readers.used(document, document, FOLDER)["api"]


@pytest.mark.parametrize(
    ("entry", "names"),
    [
        ({"image": "${IMAGE:?built}"}, ["IMAGE"]),
        ({"environment": ["BARE", "A=${B:-${C}}", "D=1"]}, ["B", "BARE", "C"]),
        ({"environment": {"BARE": None, "A": "$B", "D": "$$E"}}, ["B", "BARE"]),
        ({"build": {"args": {"X": "${ARG}"}}, "deploy": {"replicas": "${N}"}}, ["ARG", "N"]),
        ({"command": ["run", "--port=${PORT}"], "volumes": ["data:/x"]}, ["PORT"]),
    ],
)
def test_variables_are_found_wherever_they_stand(entry: dict[str, Any], names: list[str]) -> None:
    """In any key of a service; what only looks like one is none."""
    assert used(entry) == names


def test_shared_objects_count_for_who_names_them() -> None:
    """A config's content, a network's name; not those of others."""
    shared = {
        "configs": {"conf": {"content": "hi ${NAME}"}, "env": {"environment": "SAID"}, "other": {"content": "${NOT}"}},
        "networks": {"net": {"name": "${NET}"}},
    }
    entry = {"configs": [{"source": "conf"}, "env"], "networks": {"net": None}}
    assert used(entry, **shared) == ["NAME", "NET", "SAID"]


@pytest.mark.parametrize(
    ("entry", "names"),
    [
        ({"secrets": [{"source": "TOKEN"}]}, {"TOKEN"}),
        ({"secrets": [{"source": "renamed"}]}, {"TOKEN"}),
        ({"configs": [{"source": "conf"}]}, {"SIGNED"}),
        ({"volumes": [{"type": "bind", "source": f"{FOLDER}/RAW", "target": "/raw"}]}, {"RAW"}),
        ({"volumes": [{"type": "bind", "source": FOLDER, "target": "/all"}]}, {readers.EVERY}),
        ({"secrets": [{"source": "own"}], "volumes": [{"source": f"{FOLDER}-other/X"}]}, set[str]()),
    ],
)
def test_secrets_are_the_files_that_a_service_gets(entry: dict[str, Any], names: set[str]) -> None:
    """By the file, whatever the key in `secrets:` is called, and whichever way it gets there."""
    shared = {
        "secrets": {
            "TOKEN": {"file": f"{FOLDER}/TOKEN"},
            "renamed": {"file": f"{FOLDER}/TOKEN"},
            "own": {"file": "/srv/own"},
        },
        "configs": {"conf": {"file": f"{FOLDER}/SIGNED"}},
    }
    assert readers.secrets({"services": {"api": entry}, **shared}, "api", FOLDER) == names


def test_without_a_folder_there_are_no_secrets() -> None:
    """Every absolute path would be below it."""
    assert readers.secrets({"services": {"api": {"volumes": [{"source": "/x"}]}}}, "api", "") == frozenset()


def test_what_names_nothing_gets_nothing() -> None:
    """Tables that are not there, references to what is not in them, and the folder's own variable."""
    assert (
        used({"configs": ["none", {"target": "x"}], "secrets": None, "volumes": [{"source": "${DOCKGATE_SECRETS}/A"}]})
        == []
    )
    assert readers.used({}, {}, FOLDER) == {}
    assert readers.used({"services": {"api": None}}, {"services": {"api": None}}, FOLDER) == {"api": []}


def test_both_documents_count() -> None:
    """Variables are in what is written, secrets in what Compose made of it."""
    resolved = {"services": {"api": {"volumes": [{"source": f"{FOLDER}/A/b"}], "image": "$NOT"}}}
    written = {"services": {"api": {"volumes": [f"{FOLDER}/NOT"], "image": "$IMAGE"}}}
    assert readers.used(resolved, written, FOLDER) == {"api": ["A", "IMAGE"]}


def test_a_secret_that_compose_makes_of_a_variable_has_its_name() -> None:
    document = {"services": {"api": {"secrets": ["key"]}}, "secrets": {"key": {"environment": "TOKEN"}}}
    assert readers.secrets(document, "api", "") == {"TOKEN"}
