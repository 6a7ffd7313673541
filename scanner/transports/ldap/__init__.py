"""The LDAPS transport: one verified TLS connection, one simple bind, read-only searches that come page by page."""

from scanner.transports.ldap.client import LdapLogin, LdapTransport
from scanner.transports.ldap.session import Entry, LdapSession, Refused, Search

__all__ = ["Entry", "LdapLogin", "LdapSession", "LdapTransport", "Refused", "Search"]
