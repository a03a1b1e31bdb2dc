"""The environmental protection tax on general industrial solid waste, worked out from monthly ledgers."""
