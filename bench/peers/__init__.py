"""What filing is measured against: small services that store a ledger and do nothing else with it."""
