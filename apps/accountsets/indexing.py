"""Indexes on tables of account sets that are in use."""

from __future__ import annotations

from typing import Any

from django.db.migrations.operations import AddIndex
from django.db.migrations.state import ProjectState


class AddIndexInUse(AddIndex):
    """An index that is made while others write to the table. In migrations that aren't atomic; a
    transaction around them (the template of new account sets, whose tables are empty) makes it as
    any other."""

    atomic = False

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        if not self.allow_migrate_model(schema_editor.connection.alias, model):
            return
        beside = not schema_editor.connection.in_atomic_block
        if beside:  # what an attempt that was broken off has left says that it is there
            name = schema_editor.quote_name(self.index.name)
            schema_editor.execute(f"DROP INDEX IF EXISTS {name}")
        schema_editor.add_index(model, self.index, concurrently=beside)
