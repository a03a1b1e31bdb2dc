"""What contradictory reports say together: see `run.reconcile` (arrays) and `documents` (files)."""

from chains.reconciliation.bounds import Bounds
from chains.reconciliation.reports import Reports
from chains.reconciliation.result import Reconciliation
from chains.reconciliation.run import Options, reconcile, solve

__all__ = ["Bounds", "Options", "Reconciliation", "Reports", "reconcile", "solve"]
