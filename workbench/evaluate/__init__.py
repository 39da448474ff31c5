"""Score labelled pairs of models from recorded answers alone, and say how well that works."""

from workbench.evaluate.material import read_sources, read_table
from workbench.evaluate.pairs import Evaluated, evaluate

__all__ = ["Evaluated", "evaluate", "read_sources", "read_table"]
