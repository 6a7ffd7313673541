"""The LDAPS transport: one verified TLS connection, one simple bind, read-only searches that come page by page.

Only `client` and `session` load the LDAP library; the words of the conversation are here for everybody.
"""

from scanner.transports.ldap.words import DirectorySession, Entry, Refused, Search

__all__ = ["DirectorySession", "Entry", "Refused", "Search"]
