"""Sample plugin: monthly limits for teams."""
from typing import Dict, List, Optional

from sky.server.plugins import BasePlugin, ExtensionContext


class CostGuard(BasePlugin):
    """Holds launches of teams that have spent their limit.

    Args:
        limits: dollars a month for each team.
        dry_run: only tells, holds nothing.
        notify: who is told.
        api_token: for the billing service.
    """

    def __init__(self,
                 limits: Dict[str, int],
                 dry_run: bool = False,
                 notify: Optional[List[str]] = None,
                 api_token: Optional[str] = None):
        self.limits = limits
        self.dry_run = dry_run
        self.notify = notify or []
        self.api_token = api_token

    @property
    def name(self) -> str:
        return 'acme-cost'

    @property
    def version(self) -> str:
        return '0.9.1'

    def install(self, extension_context: ExtensionContext) -> None:
        del extension_context
