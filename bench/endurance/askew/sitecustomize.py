"""Read by every Python that is started with this folder in its path: on this machine the clock goes wrong.

A process that serves by several others starts them anew, so that nothing short of this reaches all of them.
"""

import os
from datetime import datetime, timedelta

import app.clock

_right = app.clock.system_clock
_AHEAD = timedelta(seconds=int(os.environ["CLOCK_AHEAD_SECONDS"]))


def _wrong() -> datetime:
    return _right() + _AHEAD


# Before anything asks for it.
app.clock.system_clock = _wrong
