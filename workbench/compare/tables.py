"""Values of pairs of runs, probe by probe."""

from workbench.metrics import Bounded
from workbench.records import NoScore

Values = dict[str, Bounded]
"""Probe address → value, in the metric's own unit and direction."""
Table = dict[tuple[str, str], Values | NoScore]
"""Ordered pair of runs → its values by one metric."""

MIN_PROBES = 5
"""Fewer give no interval worth printing."""
