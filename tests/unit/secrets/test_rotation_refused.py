"""What is not rotated, and what is rotated without a database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from dockgate.core.errors import ConfigError, ToolFailedError
from dockgate.core.secret import Secret
from dockgate.env import layering
from dockgate.secrets import certificate, current, rotation, tls_pair
from dockgate.secrets import store as secret_store
from dockgate.secrets.metadata import Source
from tests.unit.secrets.rotations import GIVEN_VALUE, Engine, _store, database, rotate, values
from tests.unit.secrets.secretproject import STRONG, target

if TYPE_CHECKING:
    from dockgate.core.project import Project


@pytest.mark.parametrize("state", ["exited", ""])
def test_a_database_that_does_not_run_is_told_first(work: Project, engine: Engine, state: str) -> None:
    """Nothing is changed: it would not know the new password."""
    engine.entries = [database(work, "abc", state)] if state else [database(work, "abc", instance="other")]
    with pytest.raises(ToolFailedError) as caught:
        rotate(work, "DB_PASSWORD")
    assert str(caught.value) == (
        "db of shop-staging is not running, so its password cannot be changed\n"
        "  → inv up --env=staging; before the first start, inv secrets.set --env=staging"
    )
    assert values(work)["DB_PASSWORD"] == STRONG


def test_another_secret_is_stored_and_its_readers_recreated(work: Project, engine: Engine) -> None:
    """A given value is taken, and recorded as given; no database is told."""
    seen = rotate(work, "TOKEN", given=Secret(GIVEN_VALUE))
    assert [each["TOKEN"] for each in seen] == [GIVEN_VALUE]
    made = _store(work).entries["TOKEN"].metadata
    assert made is not None
    assert made.source is Source.GIVEN
    assert engine.calls == []


def test_without_a_stack_nothing_is_recreated(work: Project, engine: Engine) -> None:
    """The next `up` reads the new value."""
    engine.entries = []
    assert rotate(work, "TOKEN", given=Secret(GIVEN_VALUE)) == []
    assert values(work)["TOKEN"] == GIVEN_VALUE


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "TOKEN",
            (
                "TOKEN has no `generate`: it needs a given value\n"
                "  → --given reads it from stdin: inv secrets.rotate TOKEN --env=staging --given"
            ),
        ),
        ("KEPT", "KEPT cannot be rotated: data is encrypted with it"),
        ("PLAIN", "PLAIN is not a secret of the schema."),
        ("TLS_KEYS", "TLS_KEYS is not a secret of the schema. Did you mean TLS_KEY or TLS_CERT?"),
        ("TLS_KEY", "TLS_KEY is not in env/staging.secrets.age."),
    ],
)
def test_what_cannot_be_rotated(work: Project, engine: Engine, name: str, said: str) -> None:
    """It cannot be generated, data depends on it, no secret, unknown, not there: nothing changes."""
    before = values(work)
    with pytest.raises(ConfigError) as caught:
        rotate(work, name)
    assert (str(caught.value), values(work), engine.calls) == (said, before, [])


@pytest.mark.usefixtures("engine")
def test_a_weak_kind_of_value_is_told_with_its_secret(work: Project) -> None:
    schema = work.root / "env/schema.toml"
    schema.write_text(schema.read_text().replace("password:32", "password:21"))
    with pytest.raises(ConfigError, match="DB_PASSWORD: password:21 has 125 bits"):
        rotate(work, "DB_PASSWORD")


def test_a_certificate_is_renewed_with_its_key(work: Project, engine: Engine) -> None:
    """Both change together; a pair that is given replaces both."""
    engine.entries = []
    names = tls_pair.Names("TLS_CERT", "TLS_KEY")
    secret_store.save(work, work.environment("staging"), tls_pair.complete(_store(work), names, ["localhost"], None))
    before = values(work)
    plan = rotation.prepare(work, target(work, "staging"), {"web"}, "TLS_CERT").plan
    assert str(plan).splitlines() == [
        "encrypt env/staging.secrets.age (new value of TLS_KEY, TLS_CERT)",
        "write env/fingerprints.toml (fingerprints)",
        "recreate its readers (read TLS_KEY, TLS_CERT)",
    ]
    rotate(work, "TLS_CERT")
    after = values(work)
    assert {name for name in after if after[name] != before[name]} == {"TLS_CERT", "TLS_KEY"}
    key = certificate.certificate_key().value
    pair = tls_pair.Pair(certificate.certificate(key, ["localhost"]), key)
    rotate(work, "TLS_KEY", pair=pair)
    assert values(work)["TLS_KEY"] == key.reveal()
    with pytest.raises(ConfigError) as caught:
        rotate(work, "TOKEN", pair=pair)
    assert str(caught.value) == "TOKEN is not a certificate\n  → omit --tls-cert and --tls-key"
    rotate(work, "TLS_KEY", given=Secret(GIVEN_VALUE))
    assert values(work)["TLS_KEY"] == GIVEN_VALUE


@pytest.mark.parametrize(("runtime", "up"), [("compose", "up"), ("swarm", "deploy")])
def test_what_cannot_be_done_names_the_command_of_the_runtime(
    work: Project, engine: Engine, runtime: str, up: str
) -> None:
    """What brings the readers of a secret up is another command on a swarm."""
    environments = {name: replace(each, runtime=runtime) for name, each in work.environments.items()}
    work = replace(work, environments=environments)
    (work.root / "env/dev.env").write_text(f"TOKEN={STRONG}\n")
    engine.entries.clear()
    chosen = target(work, "staging")
    resolved = layering.survey(work, chosen.environment, None)
    with pytest.raises(ConfigError) as caught:
        current.prepare(work, chosen, "TOKEN", resolved)
    assert caught.value.fix == f"inv {up} --env=staging gives its readers the present value"
    with pytest.raises(ToolFailedError) as failed:
        rotation.prepare(work, chosen, (), "DB_PASSWORD")
    assert failed.value.fix == f"inv {up} --env=staging; before the first start, inv secrets.set --env=staging"
    with pytest.raises(ConfigError) as caught:
        rotation.prepare(work, target(work, "dev"), (), "TOKEN")
    assert caught.value.fix == f"write the new value into env/dev.env, then inv {up} --env=dev"
    (work.root / "env/staging.env").write_text("TLS_KEY=cmd:pass\n")
    with pytest.raises(ConfigError) as caught:
        rotation.prepare(work, chosen, (), "TLS_KEY")
    assert caught.value.what == "TLS_KEY of staging is stored in a provider (cmd:pass)"
    assert caught.value.fix == f"change it there, then inv secrets.fingerprint --env=staging and inv {up} --env=staging"


def test_an_environment_without_a_store_says_how_its_password_is_changed(work: Project) -> None:
    """What it advises works there."""
    (work.root / "env/dev.env").write_text(f"DB_PASSWORD={STRONG}\n")
    with pytest.raises(ConfigError) as caught:
        rotation.prepare(work, target(work, "dev"), (), "DB_PASSWORD")
    assert caught.value.fix == (
        "write the new value into env/dev.env, then inv secrets.rotate DB_PASSWORD --env=dev --current"
    )
