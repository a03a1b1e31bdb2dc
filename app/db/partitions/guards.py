"""What stands in for the foreign key of statements to transfers, which needs an index on the id alone over all parts.

The same promise, kept by triggers: a statement names a transfer that is there and holds it until it is committed, and a
transfer of which something was said does not go. Rows that move from one part to another do not go.
"""

from sqlalchemy import Connection, text

from app.db.partitions.periods import TABLE

STATEMENTS = "transfer_confirmations"
FOREIGN_KEY = f"fk_{STATEMENTS}_transfer_id_{TABLE}"

TRIGGERS = ("hold_transfer_insert", "hold_transfer_update", "keep_stated_transfers")
_FUNCTIONS = ("hold_transfer", "keep_stated_transfers")
_BODIES = (
    f"""
BEGIN
  PERFORM 1 FROM {TABLE} WHERE id = NEW.transfer_id FOR KEY SHARE;
  IF NOT FOUND THEN
    RAISE foreign_key_violation USING MESSAGE = 'there is no transfer ' || NEW.transfer_id,
      TABLE = '{STATEMENTS}', CONSTRAINT = '{FOREIGN_KEY}';
  END IF;
  RETURN NULL;
END""",
    f"""
DECLARE
  stated uuid;
BEGIN
  SELECT went.id INTO stated FROM went JOIN {STATEMENTS} said ON said.transfer_id = went.id LIMIT 1;
  IF stated IS NOT NULL THEN
    RAISE foreign_key_violation USING MESSAGE = 'something was said of transfer ' || stated,
      TABLE = '{TABLE}', CONSTRAINT = '{FOREIGN_KEY}';
  END IF;
  RETURN NULL;
END""",  # noqa: S608 - own names
)
_DEEDS = (
    f"AFTER INSERT ON {STATEMENTS} FOR EACH ROW EXECUTE FUNCTION hold_transfer()",
    f"AFTER UPDATE OF transfer_id ON {STATEMENTS} FOR EACH ROW EXECUTE FUNCTION hold_transfer()",
    f"AFTER DELETE ON {TABLE} REFERENCING OLD TABLE AS went FOR EACH STATEMENT EXECUTE FUNCTION keep_stated_transfers()",
)
_GUARDING = text(
    "SELECT count(*) FROM pg_trigger WHERE tgname = ANY(:names) AND tgenabled <> 'D' AND tgparentid = 0"
    " AND tgrelid = ANY(ARRAY[to_regclass(:table), to_regclass(:statements)]::oid[])"
)
_ORPHANS = text(f"""
SELECT said.id FROM {STATEMENTS} said LEFT JOIN {TABLE} ON {TABLE}.id = said.transfer_id
WHERE {TABLE}.id IS NULL ORDER BY said.id LIMIT 20
""")  # noqa: S608 - own names


def guard(connection: Connection) -> None:
    """Put the triggers in the place of the foreign key. The caller holds both tables."""
    connection.execute(text(f"ALTER TABLE {STATEMENTS} DROP CONSTRAINT IF EXISTS {FOREIGN_KEY}"))
    for name, body in zip(_FUNCTIONS, _BODIES, strict=True):
        made = f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${body} $$"
        connection.execute(text(made))
    for name, deed in zip(TRIGGERS, _DEEDS, strict=True):
        connection.execute(text(f"CREATE TRIGGER {name} {deed}"))


def is_guarded(connection: Connection) -> bool:
    """Whether the triggers are there and at work."""
    given = {"names": list(TRIGGERS), "table": TABLE, "statements": STATEMENTS}
    return bool(connection.scalar(_GUARDING, given) == len(TRIGGERS))


def orphans(connection: Connection) -> list[str]:
    """Statements of transfers that are not there, at most twenty: never any, whoever has been at work."""
    return [str(each) for each in connection.scalars(_ORPHANS)]
