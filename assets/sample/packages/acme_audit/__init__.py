"""Sample plugin: an audit line for each request."""
from sky.server.plugins import BasePlugin, ExtensionContext


class AuditPlugin(BasePlugin):
    """Writes one line for each request.

    Args:
        path: the log file.
        level: 'info' or 'debug'.
    """

    def __init__(self, path: str, level: str = 'info'):
        self.path = path
        self.level = level

    @property
    def name(self) -> str:
        return 'acme-audit'

    @property
    def version(self) -> str:
        return '1.2.0'

    def install(self, extension_context: ExtensionContext) -> None:
        del extension_context
