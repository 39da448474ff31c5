"""Which probes carry information, measured on recorded panels.

panel.py        cases → who is independent, who was derived from whom, and what each of them answered
measure.py      panel and pack → the weights of its probes
separation.py   panel and pack → how far it sets declared derivatives apart
"""

from workbench.weigh.measure import weigh_pack
from workbench.weigh.panel import Panel, read_panel

__all__ = ["Panel", "read_panel", "weigh_pack"]
