"""The Invoke tasks of this repository; all of them are in dockgate.tasks."""

import atexit
import gc
import sys
from pathlib import Path

# What a command imports stays until it ends: nothing among it is garbage, so neither a collection on the way nor
# the two at the end of the interpreter shall go through all of it.
gc.set_threshold(100_000)
atexit.register(gc.freeze)
sys.dont_write_bytecode = False  # Invoke turns it on, and our own start would be compiled anew each time

from dockgate.tasks import namespace  # noqa: E402 - after the lines above

ns = namespace(Path(__file__).parent)
