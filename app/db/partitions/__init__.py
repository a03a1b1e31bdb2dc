"""Transfers kept in one table a period, for the database of a nation: the operator's choice, on PostgreSQL alone.

`periods` are the spans of months and their names, `layout` is what the database has, `ahead` makes what is to come,
`conversion` turns the plain table into a partitioned one beside its writers, `guards` stand in for the foreign key that a
partitioned table cannot have.
"""
