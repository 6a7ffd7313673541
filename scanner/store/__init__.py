"""Where runs are kept: raw bytes first, then findings, then assessments. SQLite by default, PostgreSQL by URL."""

from scanner.store.store import RunWriter, Store, StoredRun

__all__ = ["RunWriter", "Store", "StoredRun"]
