"""One half of a namespace package."""
from market.west.stalls import Stall


class Bazaar(Stall):
    """Derives from the other half."""

    def install(self, extension_context):
        pass
