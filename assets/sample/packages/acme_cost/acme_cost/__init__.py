"""Sample plugins: monthly limits for teams."""
import dataclasses
from typing import Dict, List, Literal, Optional, Union

from sky.server.plugins import BasePlugin, ExtensionContext

VERSION = '0.9.1'


class CostGuard(BasePlugin):
    """Knows what teams may spend in a month.

    A sample: it has no prices, so it holds nothing. Its parameters are of all
    the kinds that a list of plugins can give.

    Args:
        limits: dollars a month for each team.
        dry_run: only tells, holds nothing.
        notify: who is told.
        api_token: for the billing service.
        currency: what the limits are in.
        warn_at: the part of a limit at which a team is told, from 0 to 1.
        window: 'month', or a number of days.
        labels: any other parameter, as a label of each message.
    """

    def __init__(self,
                 limits: Dict[str, int],
                 dry_run: bool = False,
                 notify: Optional[List[str]] = None,
                 api_token: Optional[str] = None,
                 *,
                 currency: Literal['USD', 'EUR'] = 'USD',
                 warn_at: float = 0.8,
                 window: Union[int, str] = 'month',
                 **labels: str):
        self.limits = limits
        self.dry_run = dry_run
        self.notify = notify or []
        self.api_token = api_token
        self.currency = currency
        self.warn_at = warn_at
        self.window = window
        self.labels = labels

    @property
    def name(self) -> str:
        return 'acme-cost'

    @property
    def version(self) -> str:
        return VERSION

    def install(self, extension_context: ExtensionContext) -> None:
        del extension_context


@dataclasses.dataclass
class CostReport(BasePlugin):
    """Sends what was spent, as often as is asked.

    A sample: nothing is sent. Its constructor is that of a dataclass.

    Args:
        to: the addresses.
        every_hours: how often.
        attach: whether the list of clusters goes with it.
    """

    to: List[str] = dataclasses.field(default_factory=list)
    every_hours: float = 24.0
    attach: bool = False

    @property
    def name(self) -> str:
        return 'acme-cost-report'

    @property
    def version(self) -> str:
        return VERSION

    def install(self, extension_context: ExtensionContext) -> None:
        del extension_context
