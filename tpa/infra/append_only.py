"""Tables whose rows are never edited or deleted, by anybody: the database refuses."""

from collections.abc import Sequence

from django.db.migrations.operations.base import Operation

from tenants.rights import APPEND_ONLY

_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: reverse and add, never edit', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$"""


class AppendOnly(Operation):
    """Migration operation: `AppendOnly("ledger_posting")` refuses UPDATE, DELETE and TRUNCATE of the table.

    `may_set` names the columns that an UPDATE may still set (an end mark such as `superseded_at`). One trigger for a
    whole statement: it costs nothing on INSERT and COPY. The rights of the employers' roles follow it
    (tenants.rights). Put it again after adding a column to a table with `may_set`.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(self, table: str, may_set: Sequence[str] = ()) -> None:
        self.table, self.may_set = table, tuple(may_set)

    def deconstruct(self):
        return (
            type(self).__name__,
            [self.table],
            {"may_set": self.may_set} if self.may_set else {},
        )

    def state_forwards(self, app_label, state):
        """The models are as before."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = _model_of(to_state, app_label, self.table)
        if model is None or not self.allow_migrate_model(schema_editor.connection.alias, model):
            return
        fixed = ""
        if self.may_set:
            columns = [f.column for f in model._meta.local_concrete_fields if f.column not in self.may_set]
            fixed = " OF " + ", ".join(f'"{column}"' for column in columns)
        schema_editor.execute(_FUNCTION, params=None)
        schema_editor.execute(
            f'CREATE OR REPLACE TRIGGER {APPEND_ONLY} BEFORE UPDATE{fixed} OR DELETE OR TRUNCATE ON "{self.table}"'
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
            params=None,
        )

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        model = _model_of(from_state, app_label, self.table)
        if model is not None and self.allow_migrate_model(schema_editor.connection.alias, model):
            schema_editor.execute(f'DROP TRIGGER {APPEND_ONLY} ON "{self.table}"', params=None)

    def describe(self) -> str:
        return f"{self.table} is append-only"


def _model_of(state, app_label: str, table: str):
    return next(
        (m for m in state.apps.get_app_config(app_label).get_models() if m._meta.db_table == table),
        None,
    )
