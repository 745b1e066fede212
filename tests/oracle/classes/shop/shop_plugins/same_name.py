"""A module and a class of one name."""
from sky.server.plugins import BasePlugin


class same_name(BasePlugin):
    """Bound over its module."""

    def install(self, extension_context):
        pass
