"""Agentless evidence for the IT side of the CTPAT Minimum Security Criteria."""

__version__ = "0.1.0"
