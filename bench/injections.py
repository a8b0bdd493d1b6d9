"""What goes wrong while a stack comes up: how often `up` says that it went well, and how often it says so rightly.

injections.json keeps every verdict.
"""

from __future__ import annotations

import json
import os
import tempfile
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from bench.figures import Figure
from dockgate.core.endpoint import DEFAULT_HOST, Endpoint
from dockgate.engine.sdk_client import Engine
from tests.integration import engine_facts, injections, tiny_image
from tests.integration.injection_cases import ENVIRONMENTS, cases
from tests.integration.injection_scene import Scene
from tests.integration.injections import Verdict, inject

if TYPE_CHECKING:
    from collections.abc import Iterator

RESULT = Path("injections.json")
EACH = 5  # every so often a change is taken back although the old one serves


def measure() -> Iterator[Figure]:
    """Inject everything into each environment; two environments at a time."""
    tag = uuid.uuid4().hex[:8]
    made = tiny_image.make(Engine(Endpoint(DEFAULT_HOST, "default")), tag)
    image = f"injected:{tag}"
    engine_facts.docker("tag", made, image)
    try:
        with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
            work = [pool.submit(_environment, Scene(Path(folder) / each, image, each)) for each in ENVIRONMENTS]
            found = [verdict for each in work for verdict in each.result()]
    finally:
        engine_facts.docker("image", "rm", "--force", image, made)
    RESULT.write_text(json.dumps([_kept(each) for each in found], indent=1) + "\n", encoding="utf-8")
    faults = [each for each in found if each.case.fault]
    repairs = [each for each in found if not each.case.fault]
    green = [str(each.case) for each in faults if each.false_green]
    yield Figure("injected faults", float(len(faults)), "", 200.0, least=True)
    yield Figure(
        "faults with exit code 0 and not what was asked for", float(len(green)), "", 0.0, detail="; ".join(green)
    )
    red = [str(each.case) for each in repairs if each.code or not each.right]
    yield Figure("repairs that were not green", float(len(red)), "", 0.0, detail=f"of {len(repairs)}")
    changed = [each for each in faults if not each.case.fresh and each.case.target != "job"]
    lost = [str(each.case) for each in changed if each.code and not each.kept]
    yield Figure("changes after which the old one does not serve", float(len(lost)), "", detail="; ".join(lost))


def _environment(scene: Scene) -> list[Verdict]:
    only, found = os.environ.get("INJECT", ""), []
    try:
        scene.write()
        scene.up()
        for number, case in enumerate(cases(scene.environment)):
            if only not in str(case):
                continue
            found.append(inject(scene, case))
            print(f"{found[-1].code} {found[-1].seconds:5.1f} s  {case}", flush=True)
            # What serves as before needs no repair: the next change starts from there, as it would for a user.
            if not found[-1].kept or number % EACH == 0:
                found.append(injections.repair(scene))
    finally:
        scene.down()
    return found


def _kept(verdict: Verdict) -> dict[str, object]:
    case, said = verdict.case, verdict.said.strip().splitlines()[-1:]
    facts = {"code": verdict.code, "right": verdict.right, "kept": verdict.kept, "seconds": round(verdict.seconds, 1)}
    return {"case": str(case), **facts, "said": said}
