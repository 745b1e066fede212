"""Sample plugins: retries for flaky clouds."""
from typing import Dict, Optional

from sky.server.plugins import BasePlugin, ExtensionContext, PluginContext


class RetryPatch(BasePlugin):
    """Says how often, and after how long, provisioning is tried again.

    A sample: it patches nothing.

    Args:
        max_attempts: how often, at most.
        backoff: seconds to wait, by cloud.
    """

    def __init__(self, max_attempts: int = 3, backoff: Optional[Dict[str, int]] = None):
        self.max_attempts = max_attempts
        self.backoff = backoff or {}

    @property
    def name(self) -> str:
        return 'acme-retry'

    @property
    def version(self) -> str:
        return '2.0.0'

    def install(self, extension_context: ExtensionContext) -> None:
        del extension_context


class ControllerRetry(RetryPatch):
    """The same on controllers alone: the API server skips it."""

    load_contexts = frozenset({PluginContext.CONTROLLER})

    @property
    def name(self) -> str:
        return 'acme-controller-retry'
