"""The books auditor: a module for each ledger that is compared; `nightly` keeps its findings as a worklist."""

from workers.audit.nightly import nightly

__all__ = ["nightly"]
