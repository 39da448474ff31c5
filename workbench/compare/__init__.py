"""The pipeline below the line where nothing talks to a model any more.

material.py   journals and tensors of a case → what each metric takes, per run and probe
pairs.py      material of two runs → one value per probe; values.py: of every two
questions.py  both questions of one suspect, by the code that scores labelled pairs
pipeline.py   plan and case → one comparison per suspect
taken.py      what is taken as stated where a part of the case is not at hand
"""

from workbench.compare.pipeline import compare_case, recompute
from workbench.compare.taken import Taken

__all__ = ["Taken", "compare_case", "recompute"]
