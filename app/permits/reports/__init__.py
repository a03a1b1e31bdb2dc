"""A permit beside the ledgers of its site: compliance, headroom, execution reports, the guide's ledger tables."""
