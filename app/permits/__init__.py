"""Discharge permits: as they came, in versions, matched to sites."""
