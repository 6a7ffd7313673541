"""Schema revisions, applied by `store.schema` on SQLite and PostgreSQL alike."""
