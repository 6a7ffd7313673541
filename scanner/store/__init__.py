"""Where runs are kept: raw bytes first, then findings, then assessments. SQLite by default, PostgreSQL by URL."""

from scanner.store.rows import StoredRun, coverage_of
from scanner.store.store import RunWriter, Store

__all__ = ["RunWriter", "Store", "StoredRun", "coverage_of"]
