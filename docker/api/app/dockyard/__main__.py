"""`python -m dockyard COMMAND`: one process, one command; its settings come from the environment."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from typing import NoReturn

import asyncpg

from dockyard.commands import COMMANDS
from dockyard.migrations import MigrationError
from dockyard.settings import SettingsError


def _terminate(*_: object) -> NoReturn:
    # As process 1 the default action would be ignored.
    raise SystemExit(128 + signal.SIGTERM)


def main(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run the command and return the exit code: 2 usage or settings, 5 a service failed; no traceback for those."""
    if len(arguments) != 1 or arguments[0] not in COMMANDS:
        sys.stderr.write(f"usage: python -m dockyard {'|'.join(COMMANDS)}\n")
        return 2
    signal.signal(signal.SIGTERM, _terminate)
    try:
        asyncio.run(COMMANDS[arguments[0]](environ))
    except SettingsError as error:
        sys.stderr.write(f"dockyard {arguments[0]}: {error}\n")
        return 2
    except (OSError, MigrationError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        sys.stderr.write(f"dockyard {arguments[0]}: {str(error) or type(error).__name__}\n")
        return 5
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
