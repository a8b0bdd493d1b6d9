"""The Invoke tasks of this repository; all of them are in dockgate.tasks."""

import sys
from pathlib import Path

sys.dont_write_bytecode = False  # Invoke turns it on, and our own start would be compiled anew each time

from dockgate.tasks import namespace  # noqa: E402 - after the line above

ns = namespace(Path(__file__).parent)
