"""unless: why a notice of notices.yaml is not sent of such a mail or case.  why(ledger, case_id, notice) -> "" where it is."""

from __future__ import annotations

from maild.decide import rights
from maild.decide.ledger import Ledger
from maild.model.policy import Notice


def why(ledger: Ledger, case_id: int, notice: Notice) -> str:
    """The word behind `unless` that fits."""
    if not notice.unless:
        return ""
    case = ledger.case(case_id)
    fits = {str(case.priority), f"type:{case.type}", f"category:{case.category}", f"desk:{case.desk}"}
    fits |= {f"label:{label}" for label in case.labels}
    fits |= {"automatic"} if ledger.trace.get("automatic") else set()
    fits |= set() if ledger.verified else {"unproven"}
    fits |= {"confidential"} if rights.confidential(case, ledger.policy) else set()
    return next((f"notices.yaml: unless {word}" for word in notice.unless if word in fits), "")
