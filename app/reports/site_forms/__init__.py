"""Forms of a single site, filled from its ledgers: site sheet, statistics, half-year form, the guide's ledger tables."""
