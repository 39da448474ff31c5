"""Views to explore a case or a calibration by: computed once, kept, and never evidence."""

from workbench.explore.curves import curves_of
from workbench.explore.lineage import lineage_of
from workbench.explore.places import map_of

__all__ = ["curves_of", "lineage_of", "map_of"]
