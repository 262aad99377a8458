"""Looking after running cases: who sees all of them, and who may steer them."""

from __future__ import annotations

from typing import Final

CASES: Final = "processes.case"
OPERATE: Final = "operate"
"""What rights are given for: VIEW to see every case, OPERATE to hold it, end it, mend its data and
deal with its incidents."""
