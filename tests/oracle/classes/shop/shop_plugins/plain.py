"""The usual ways to derive."""
import abc
import typing as t

import sky.server.plugins
import sky.server.plugins as sky_plugins
from sky.server import plugins
from sky.server.plugins import BasePlugin
from sky.server.plugins import BasePlugin as Base
from sky.server.plugins import ExtensionContext


class Greeter(BasePlugin):
    """Greets.

    Over several lines,
        some of them indented.
    """

    def __init__(self, greeting: str = 'hello', *, times: int = 1):
        self.greeting = greeting
        self.times = times

    def install(self, extension_context: ExtensionContext):
        pass


class ByModule(plugins.BasePlugin):

    def install(self, extension_context):
        pass


class ByPath(sky.server.plugins.BasePlugin):
    'Short.'

    def install(self, extension_context):
        pass


class ByAlias(sky_plugins.BasePlugin):
    __doc__ = """   Assigned.
        And indented.
    """

    def install(self, extension_context):
        pass


class ByName(Base):
    """By another name."""
    install = lambda self, extension_context: None


class Unfinished(BasePlugin):
    """Has no install."""

    def __init__(self, path: str):
        self.path = path


class Finished(Unfinished):

    def install(self, extension_context):
        pass


class MoreAbstract(Finished):
    """Abstract again."""

    @property
    @abc.abstractmethod
    def backend(self) -> str:
        """The backend."""


class Concrete(MoreAbstract):

    @property
    def backend(self) -> str:
        return 'disk'


class ByAttribute(MoreAbstract):
    """An attribute is enough."""
    backend = 'memory'


class Setter(MoreAbstract):
    """Only the setter is new: still abstract."""

    @MoreAbstract.backend.setter
    def backend(self, value):
        pass


class Renewed(Finished):
    """Abstract by an assignment."""
    install = abc.abstractmethod(lambda self, extension_context: None)


class Borrowed(Unfinished):
    """Another one's method."""
    install = Finished.install


class Nested(BasePlugin):
    """A class in a class."""

    class Options:
        """Not a plugin."""

    class Inner(BasePlugin):
        """Cannot be named."""

        def install(self, extension_context):
            pass

    def install(self, extension_context):
        pass


InnerAlias = Nested.Inner


def install_it(self, extension_context):
    pass


class FromFunction(BasePlugin):
    install = install_it


class Private(BasePlugin):

    def install(self, extension_context):
        pass


_Hidden = Private


class WithAbstractClassMethod(BasePlugin):
    """Abstract by a class method and a static one."""

    def install(self, extension_context):
        pass

    @classmethod
    @abc.abstractmethod
    def make(cls):
        pass

    @staticmethod
    @abc.abstractmethod
    def check():
        pass


class Made(WithAbstractClassMethod):

    @classmethod
    def make(cls):
        pass

    @staticmethod
    def check():
        pass


class Overloaded(BasePlugin):

    @t.overload
    def __init__(self, a: int) -> None:
        ...

    @t.overload
    def __init__(self, a: str) -> None:
        ...

    def __init__(self, a: t.Union[int, str] = 0) -> None:
        self.a = a

    def install(self, extension_context):
        pass


def helper():
    """Not a class."""


class NotAPlugin:
    """Derives from nothing."""


VALUE = 5
del ByName
