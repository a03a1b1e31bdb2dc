"""The audit log as a chain of hashes: its entries, seals, anchors and receipts, and how each of them is checked.

Formats and what they prove: docs/decisions/0021-audit.md.
"""
