"""Asking a suspect only until the level of the weights question is settled.

panel.py    reference and controls of a case, at the probes that all of them answered
rule.py     panel and calibration → the rule by which asking may stop, fixed before the suspect is asked
looks.py    rule and answers → the decision, looked for after every few probes
asking.py   asks in the order of the rule, and stops
again.py    a recorded rule and its decision, computed anew
"""

from workbench.deciding.asking import collect_until
from workbench.deciding.rule import Terms, check_can_decide

__all__ = ["Terms", "check_can_decide", "collect_until"]
