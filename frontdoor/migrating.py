"""Making many tables in one step of a migration."""

from collections.abc import Sequence
from typing import Any

from django.db.migrations.operations.base import Operation, OperationCategory


class Together(Operation):
    """Operations that are one step, so that Django renders the models once and not after each of them.

    Written one after another, the tables of Front Door take two minutes of a processor: nearly every model leads to the
    users' table, and each new table, index or trigger renders again all that do. Only what makes new things belongs in
    here: each operation sees the models as they are after the whole step.
    """

    category = OperationCategory.ADDITION
    reversible = True
    atomic = True

    def __init__(self, operations: Sequence[Any]) -> None:
        self.operations = list(operations)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """As Django writes it into a file of migrations."""
        return (type(self).__name__, [], {"operations": self.operations})

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The models as they are after all of them; rendered when somebody next needs them."""
        state.__dict__.pop("apps", None)
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Each in turn. A foreign key to a table of the same step is made at the end, as Django does anyway."""
        for operation in self.operations:
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Each undone, the last one first."""
        for operation in reversed(self.operations):
            operation.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        """In words, for ``migrate --plan``."""
        return f"{len(self.operations)} steps taken together"
