"""Names that are made when they are asked for."""
from shop_plugins.plain import Greeter


def __getattr__(name):
    if name == 'Lazy':
        return Greeter
    raise AttributeError(name)
