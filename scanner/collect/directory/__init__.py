"""Asks a directory: constant searches over one connection, and what they found in the stored form of a transcript."""

from scanner.collect.directory.collection import collect_directory
from scanner.collect.directory.queries import query_text

__all__ = ["collect_directory", "query_text"]
