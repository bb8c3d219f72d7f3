"""What the books auditor asks: pages over ids, each read in one short consistent snapshot, never all at once.

Indexes are named, as the server's guess for an IN list of hundreds is to read the whole table.
"""
