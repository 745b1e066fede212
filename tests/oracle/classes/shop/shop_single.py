"""A module beside the package."""
from shop_plugins import Greeter
from shop_plugins.signatures import Installed


class Single(Installed):
    """Alone."""
