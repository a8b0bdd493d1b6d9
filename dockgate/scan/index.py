"""The package index: whether a release was yanked, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockgate.scan.python_packages import Answer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pypi_simple import PyPISimple

    from dockgate.scan.inventory import PythonPackage

NAMES = ("PIP_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX_URL")
THREADS = 8
TIMEOUT = 15.0
SOURCE = "index"


def ask(packages: Iterable[PythonPackage], process: Mapping[str, str]) -> dict[tuple[str, str], Answer]:
    """Ask the index that pip and uv use about every package."""
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - only for a scan

    from pypi_simple import PYPI_SIMPLE_ENDPOINT, PyPISimple  # noqa: PLC0415 - heavy, only for a scan

    chosen = next((process[name] for name in NAMES if process.get(name)), PYPI_SIMPLE_ENDPOINT)
    keys = sorted({(package.name, package.version) for package in packages})
    with PyPISimple(chosen) as client, ThreadPoolExecutor(THREADS) as pool:
        return dict(zip(keys, pool.map(lambda key: _one(client, *key), keys), strict=True))


def _one(client: PyPISimple, name: str, version: str) -> Answer:
    from pypi_simple import NoSuchProjectError, UnsupportedContentTypeError  # noqa: PLC0415 - heavy
    from requests import RequestException  # noqa: PLC0415 - heavy

    try:
        page = client.get_project_page(name, timeout=TIMEOUT)
    except NoSuchProjectError:
        return Answer(SOURCE, unknown="not on the index")
    except (RequestException, UnsupportedContentTypeError) as error:
        return Answer(SOURCE, unknown=f"no answer ({type(error).__name__})")
    files = [file for file in page.packages if file.version == version]
    if not files:
        return Answer(SOURCE, unknown="this version is not on the index")
    if all(file.is_yanked for file in files):
        return Answer(SOURCE, yanked=files[0].yanked_reason or "no reason given")
    return Answer(SOURCE)
