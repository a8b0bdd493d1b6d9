"""Whatever Compose resolves and whatever an env file holds: findings, and no other error; no secret in any of them."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dockgate.core.errors import DockgateError
from dockgate.guardrails import registry, runner
from dockgate.guardrails.hit import Scope
from tests.guardrails.scenes import PROD_HEX, PROD_PASSWORD, context, file, project, resolved, target

NAMES = st.sampled_from(["api", "db", "migrate", "x-1"])
TEXT = st.text(max_size=40)
SECRET = st.sampled_from([PROD_PASSWORD, PROD_HEX, f"postgres://u:{PROD_PASSWORD}@h/d", "changeme", ""])
STRINGS = st.dictionaries(TEXT, st.one_of(TEXT, SECRET, st.none()), max_size=3)
SERVICE: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "image": st.one_of(TEXT, st.just("postgres:17")),
        "environment": st.one_of(STRINGS, st.none()),
        "labels": st.dictionaries(TEXT, TEXT, max_size=2),
        "command": st.one_of(st.none(), st.lists(st.one_of(TEXT, SECRET), max_size=3)),
        "entrypoint": st.one_of(st.none(), st.lists(TEXT, max_size=2)),
        "healthcheck": st.one_of(
            st.none(),
            st.fixed_dictionaries({}, optional={"test": st.lists(TEXT, max_size=2), "disable": st.booleans()}),
            st.just({"start_interval": "1s"}),
        ),
        "volumes": st.lists(
            st.fixed_dictionaries(
                {"type": st.sampled_from(["bind", "volume", "tmpfs"]), "target": TEXT},
                optional={"source": st.one_of(TEXT, st.just("/srv/shop/app")), "read_only": st.booleans()},
            ),
            max_size=2,
        ),
        "ports": st.lists(
            st.fixed_dictionaries({"target": st.integers(1, 65535)}, optional={"host_ip": TEXT, "published": TEXT}),
            max_size=2,
        ),
        "depends_on": st.dictionaries(NAMES, st.just({"condition": "service_completed_successfully"}), max_size=2),
        "deploy": st.one_of(st.none(), st.just({"resources": {"limits": None}}), st.just({"restart_policy": {}})),
        "logging": st.one_of(st.none(), st.just({"driver": "json-file"}), st.just({"options": None})),
        "restart": st.sampled_from(["no", "always", "on-failure:3", ""]),
        "network_mode": TEXT,
        "secrets": st.lists(st.just({"source": "s"}), max_size=1),
    },
)
TABLE = st.dictionaries(NAMES, st.one_of(st.none(), st.fixed_dictionaries({"name": TEXT})), max_size=2)
MODEL = st.fixed_dictionaries(
    {"name": st.just("shop-prod"), "services": st.dictionaries(NAMES, SERVICE, max_size=3)},
    optional={"networks": TABLE, "volumes": TABLE, "secrets": st.just({"s": {"file": "/run/x"}}), "configs": TABLE},
)
RULES = [rule for rule in registry.rules() if rule.CODE != "DG209"]  # zxcvbn takes its time, and has its own tests
MARKERS = {"environments": {"prod": {"markers": {"hosts": ["h"], "databases": ["d"]}}}}
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@QUICK
@given(MODEL, st.sampled_from(["dev", "staging", "prod"]))
def test_any_model_gives_findings_and_no_other_error(model: dict[str, Any], env: str) -> None:
    """Compose leaves keys out, or null."""
    seen = context(env, model=model, target=target(env), project=project(MARKERS))
    report = runner.run(seen, {Scope.MODEL, Scope.TARGET}, RULES)
    assert PROD_PASSWORD not in str(report.as_json())


@QUICK
@given(
    st.lists(st.tuples(st.sampled_from(["TOKEN", "OTHER", "DATABASE_URL", "X"]), st.one_of(TEXT, SECRET)), max_size=6)
)
def test_any_values_give_findings_and_no_secret_in_them(pairs: list[tuple[str, str]]) -> None:
    """In files, in the store and in the shell."""
    text = "".join(f"{name}='{value}'\n" for name, value in pairs if "\0" not in value)
    try:
        env = resolved("dev", text, secrets=dict(pairs), process=dict(pairs[:1]))
    except DockgateError:
        return
    report = runner.run(context("dev", resolved=env, project=project(MARKERS)), {Scope.SCHEMA, Scope.ENV}, RULES)
    shown = str(report.as_json())
    assert PROD_PASSWORD not in shown
    assert PROD_HEX not in shown


@QUICK
@given(st.text(max_size=300))
def test_any_dockerfile_gives_findings(text: str) -> None:
    """Half-written ones too."""
    runner.run(context(files=(file("Dockerfile", text),)), {Scope.FILES}, RULES)
