"""Transports carry one script to a target and bring bytes back; they know nothing of what the bytes mean."""
