"""What reconciliation lists of the demo city is what was planned to be wrong with it, and nothing else."""

from collections.abc import Iterator

import pytest
from reconciliations.ledger_rows import flow_at

from app.domain.periods import Month, month_range
from app.reconciliations.measured import MeasuredNetwork
from chains.measures import METHOD_SIGMA
