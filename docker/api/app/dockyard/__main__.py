"""`python -m dockyard COMMAND`: one process, one command; its settings come from the environment."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from typing import NoReturn

from dockyard.commands import COMMANDS, CommandError
from dockyard.settings import SettingsError

# Exit codes: 2 usage or settings, 5 a service failed, 143 ended by SIGTERM (also as process 1, where the
# default action would be ignored).
TERMINATED = 128 + signal.SIGTERM


def _terminate(*_: object) -> NoReturn:
    raise SystemExit(TERMINATED)


def main(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run the command and return the exit code; what the user can mend is one line, never a traceback."""
    if len(arguments) != 1 or arguments[0] not in COMMANDS:
        sys.stderr.write(f"usage: python -m dockyard {'|'.join(COMMANDS)}\n")
        return 2
    signal.signal(signal.SIGTERM, _terminate)
    try:
        asyncio.run(COMMANDS[arguments[0]](environ))
    except SettingsError as error:
        sys.stderr.write(f"dockyard {arguments[0]}: {error}\n")
        return 2
    except (CommandError, OSError) as error:
        sys.stderr.write(f"dockyard {arguments[0]}: {error}\n")
        return 5
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
