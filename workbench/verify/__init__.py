"""Recompute what was recorded: a case from its folder, or from nothing but the report on it.

case.py      a case folder, from its first record to its last number
numbers.py   every comparison computed again
pdf.py       a report: its attachments become a case, which is checked and written up again
attached.py  digests, tables and texts that a report carries
rewritten.py the report written anew: the same words, the same bytes?
"""

from workbench.verify.case import verify_case
from workbench.verify.pdf import verify_pdf

__all__ = ["verify_case", "verify_pdf"]
