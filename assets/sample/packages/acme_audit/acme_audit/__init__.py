"""Sample plugins: an audit line for each request.

SkyPilot is given the names that stand here; the classes are defined in the
modules beside this one.
"""
from acme_audit.base import AuditBase
from acme_audit.sinks import AuditPlugin, AuditWindow

__all__ = ['AuditBase', 'AuditPlugin', 'AuditWindow']
