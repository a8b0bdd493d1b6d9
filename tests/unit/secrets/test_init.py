"""`secrets.init` makes what is missing, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from dockgate.core.errors import ConfigError
from dockgate.secrets import certificate, identities, metadata, recipients, tls_pair
from dockgate.secrets import init as secret_init
from dockgate.secrets import store as secret_store
from dockgate.secrets.age_file import SealedError
from dockgate.secrets.fingerprints import match as fingerprint_match
from dockgate.secrets.fingerprints.innocent_cache import InnocentCache
from dockgate.secrets.metadata import Source
from dockgate.system import audit
from tests.unit.secrets.secretproject import STRONG, enrolled, project, stored

if TYPE_CHECKING:
    from pathlib import Path

    from dockgate.core.project import Project
    from dockgate.secrets.init import Initialised

SCHEMA = """
[PUBLIC_URL]
type = "url"
[PASSWORD]
secret = true
required = true
generate = "password:32"
[TOKEN]
secret = true
required = ["prod"]
[DEMO]
secret = true
required = ["staging"]
generate = "token:48"
[FIXED]
secret = true
required = true
generate = "password:32"
[TLS_CERT]
secret = true
required = ["prod"]
generate = "certificate"
[TLS_KEY]
secret = true
required = ["prod"]
generate = "certificate-key"
"""


@pytest.fixture
def work(tmp_path: Path) -> Project:
    """Return a project with a schema; FIXED has a plain value."""
    made = project(tmp_path)
    (tmp_path / "env/schema.toml").write_text(SCHEMA)
    (tmp_path / "env/base.env").write_text("FIXED=plain\n")
    for name in ("dev", "staging", "prod"):
        (tmp_path / f"env/{name}.env").write_text(f"PUBLIC_URL=https://{name}.example.com:8443\n")
    return made


def init(work: Project, name: str = "prod") -> Initialised:
    """Run what the task runs."""
    environment = work.environment(name)
    return secret_init.initialise(work, environment, secret_init.wanted(work, environment))


def values(work: Project, name: str = "prod") -> dict[str, str]:
    """Return the values of a store."""
    store = secret_store.load(work, work.environment(name))
    return {} if store is None else {name: entry.value.reveal() for name, entry in store.entries.items()}


def test_a_first_run_makes_everything(work: Project) -> None:
    """Identity, recipient, values, certificate for the public host, fingerprints; what cannot be generated is told."""
    done = init(work)
    assert done.identity == identities.location(work.process)
    assert recipients.load(work.root) == {"prod": {"alice": done.recipient}}
    assert set(done.added) == set(values(work)) == {"PASSWORD", "TLS_CERT", "TLS_KEY"}
    assert done.missing == ("TOKEN",)
    store = secret_store.load(work, work.environment("prod"))
    assert store
    assert store.entries["PASSWORD"].metadata == metadata.today(Source.GENERATED, 190)
    found = fingerprint_match.matches(values(work).values(), fingerprint_match.load(work.root), InnocentCache(b"k"))
    assert {each.name for each in found.values()} == {"PASSWORD", "TLS_KEY"}
    assert secret_init.wanted(work, work.environment("prod")).hosts == ("prod.example.com", "localhost", "127.0.0.1")


def test_a_second_run_changes_nothing(work: Project) -> None:
    """Not a byte of the file, the recipients or the fingerprints."""
    init(work)
    files = [work.root / "env" / name for name in ("prod.secrets.age", "recipients.toml", "fingerprints.toml")]
    before = [path.read_bytes() for path in files]
    done = init(work)
    assert [path.read_bytes() for path in files] == before
    assert (done.identity, done.added, done.missing) == (None, (), ("TOKEN",))


def test_only_what_is_missing_is_added(work: Project) -> None:
    """Values that are there stay."""
    enrolled(work, "prod")
    stored(work, "prod", PASSWORD=STRONG)
    done = init(work)
    assert values(work)["PASSWORD"] == STRONG
    assert {*done.added, "PASSWORD"} == {*values(work)} == {"PASSWORD", "TLS_CERT", "TLS_KEY"}


def test_each_environment_has_values_of_its_own(work: Project) -> None:
    """The same variable, another value; only what the environment requires."""
    init(work)
    init(work, "staging")
    assert set(values(work, "staging")) == {"PASSWORD", "DEMO"}
    assert values(work, "staging")["PASSWORD"] != values(work)["PASSWORD"]


def test_development_has_no_store(work: Project) -> None:
    """Its values are plain, so that a clone starts."""
    with pytest.raises(ConfigError) as caught:
        init(work, "dev")
    what = "dev is for development: its secrets are harmless values in env/dev.env"
    assert str(caught.value) == f"{what}\n  → use another environment, such as staging"
    assert not (work.root / "env/dev.secrets.age").exists()


def test_a_newcomer_is_told_their_public_key(work: Project) -> None:
    """They get an identity, and whom to ask; nothing of the store changes. The second time nothing was made."""
    init(work)
    before = (work.root / "env/prod.secrets.age").read_bytes()
    bob = project(work.root, "bob")
    done = init(bob)
    assert done.recipient == identities.load(bob.process)[0].public
    assert (done.identity, done.waits_for) == (identities.location(bob.process), ("alice",))
    assert (done.added, done.missing) == ((), ())
    with pytest.raises(SealedError) as caught:
        init(bob)
    assert done.recipient in caught.value.what
    assert (work.root / "env/prod.secrets.age").read_bytes() == before


def test_nobody_makes_a_store_that_they_cannot_open(work: Project) -> None:
    """Where others are recipients and the file is gone, one of them has to make it."""
    init(work)
    known = recipients.load(work.root)
    recipients.save(work.root, {**known, "prod": {**known["prod"], "carol": known["prod"]["alice"]}})
    (work.root / "env/prod.secrets.age").unlink()
    bob = project(work.root, "bob")
    with pytest.raises(ConfigError) as caught:
        init(bob)
    what = f"you ({identities.load(bob.process)[0].public}) are not a recipient of env/prod.secrets.age"
    assert str(caught.value) == f"env/recipients.toml: {what}\n  → ask one of them: alice, carol"
    assert not (work.root / "env/prod.secrets.age").exists()


def test_an_environment_without_a_certificate_takes_none(work: Project) -> None:
    """A pair that would go nowhere is an error."""
    key = certificate.certificate_key().value
    pair = tls_pair.Pair(certificate.certificate(key, ["localhost"]), key)
    staging = work.environment("staging")
    with pytest.raises(ConfigError) as caught:
        secret_init.initialise(work, staging, secret_init.wanted(work, staging), pair)
    prod = work.environment("prod")
    done = secret_init.initialise(work, prod, secret_init.wanted(work, prod), pair)
    assert (values(work)["TLS_CERT"], values(work)["TLS_KEY"]) == (pair.chain.reveal(), key.reveal())
    names = ", ".join(done.added)
    assert [(each["action"], each["names"]) for each in audit.lines(work)] == [("secrets.init", names)]
    what = "no variable of this environment is a certificate"
    assert str(caught.value) == f"{what}\n  → see `generate` in env/schema.toml"


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("https://shop.test:8443/x", ("shop.test", "localhost", "127.0.0.1")),
        ("https://127.0.0.1", ("127.0.0.1", "localhost")),
        ("", ("localhost", "127.0.0.1")),
        ("https://[", ("localhost", "127.0.0.1")),
    ],
)
def test_a_certificate_is_for_the_public_host_and_this_machine(work: Project, url: str, hosts: tuple[str, ...]) -> None:
    """What is no URL the schema's check tells better."""
    (work.root / "env/prod.env").write_text(f"PUBLIC_URL={url}\n" if url else "")
    wanted = secret_init.wanted(work, work.environment("prod"))
    assert wanted.hosts == hosts
    assert [each.name for each in wanted.variables] == ["PASSWORD", "TOKEN", "TLS_CERT", "TLS_KEY"]


def test_the_shell_is_no_plain_value(work: Project) -> None:
    """It may be another one tomorrow: the store has its own."""
    process = {**work.process, "PASSWORD": "typed", "FIXED": "typed"}
    wanted = secret_init.wanted(replace(work, process=process), work.environment("staging"))
    assert [each.name for each in wanted.variables] == ["PASSWORD", "DEMO"]
