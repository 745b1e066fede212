"""What is there depends on where it runs."""
import os
import sys
import typing
from contextlib import suppress

from sky.server.plugins import BasePlugin

try:
    import missing_package
except ImportError:
    missing_package = None

try:
    from sky.server.plugins import BasePlugin as Tried
except ImportError:
    Tried = object

try:
    from missing_package import Base as Fallback
except ImportError:
    Fallback = BasePlugin

HAS_MISSING = missing_package is not None


class ByTry(Tried):

    def install(self, extension_context):
        pass


class ByFallback(Fallback):

    def install(self, extension_context):
        pass


if HAS_MISSING:

    class Optional(BasePlugin):
        """Not there."""
else:

    class Optional(BasePlugin):
        """There."""

        def __init__(self, fallback: bool = True):
            pass

        def install(self, extension_context):
            pass


if sys.version_info >= (3, 8):

    class Versioned(BasePlugin):

        def __init__(self, new: int = 1):
            pass

        def install(self, extension_context):
            pass
else:

    class Versioned(BasePlugin):

        def __init__(self, old: int = 1):
            pass


if os.environ.get('SHOP_MODE') == 'fast':

    class Either(BasePlugin):
        """Fast."""

        def __init__(self, fast: int = 1):
            pass

        def install(self, extension_context):
            pass
else:

    class Either(BasePlugin):
        """Slow."""

        def __init__(self, slow: int = 1):
            pass

        def install(self, extension_context):
            pass


if typing.TYPE_CHECKING:
    from shop_plugins.nowhere import Imagined
else:

    class Imagined(BasePlugin):

        def install(self, extension_context):
            pass


with suppress(ImportError):
    from missing_package import Greeter as Suppressed

try:
    from shop_plugins.plain import Greeter as Found
except ImportError:
    Found = None
finally:
    Finally = BasePlugin

for Looped in (ByTry, ByFallback):
    pass

if __name__ == '__main__':

    class Script(BasePlugin):
        pass


class InBody(BasePlugin):
    """Its body branches."""
    if sys.platform == 'win32':

        def __init__(self, windows):
            pass
    else:

        def __init__(self, unix: str = '/'):
            pass

    try:
        install = missing_name
    except NameError:

        def install(self, extension_context):
            pass


match len('ab'):
    case 2:
        Matched = ByTry
    case _:
        Matched = None

def rebind():
    global Rebound
    Rebound = None


class Rebound(BasePlugin):
    """A function can take it away."""

    def install(self, extension_context):
        pass


class Loop:
    pass
