"""What cannot be known by reading."""
import shop_plugins.plain
from sky.server.plugins import BasePlugin


def make(name):

    class Made(BasePlugin):

        def install(self, extension_context):
            pass

    Made.__name__ = name
    return Made


FromFunction = make('FromFunction')


class OnUnknown(make('Other')):
    """Its base is made."""

    def __init__(self, a: int = 1):
        pass


class WithMadeBase(BasePlugin, shop_plugins.plain.NotAPlugin, make('Third').__mro__[-2]):
    """One of its bases cannot be read."""

    def install(self, extension_context):
        pass


globals()['FromGlobals'] = BasePlugin


class AfterGlobals(BasePlugin):
    """Bound behind: known."""

    def install(self, extension_context):
        pass


class Attributed(BasePlugin):

    def install(self, extension_context):
        pass


setattr(Attributed, '__init__', lambda self, later=1: None)
