"""Bases of all kinds."""
import abc
import enum
import functools
import threading
import typing
from typing import Generic, TypeVar

from sky.server.plugins import BasePlugin

from shop_plugins.plain import Finished

T = TypeVar('T')
K = TypeVar('K')


class Templated(BasePlugin, Generic[T]):
    """A generic one."""

    def __init__(self, item: T, more: 'typing.List[T]' = ()):
        self.item = item

    def install(self, extension_context):
        pass


class OfInt(Templated[int]):
    pass


class Twice(Generic[K], Templated[K]):
    """Generic gives way."""


class Top(BasePlugin):

    def __init__(self, top=1):
        pass

    def install(self, extension_context):
        pass


class Left(Top):
    load_contexts = frozenset()

    def __init__(self, left=1, **kwargs):
        super().__init__(**kwargs)


class Right(Top):

    def __init__(self, right: float = 2.5):
        super().__init__()


class Diamond(Left, Right):
    """Left first."""


class Reversed(Right, Left):
    """Right first."""


class BareMixin:
    """A mixin without ABCMeta: what it marks abstract is not."""

    @abc.abstractmethod
    def setup(self):
        pass


class AbcMixin(abc.ABC):

    @abc.abstractmethod
    def setup(self):
        pass


class InstallMixin:

    def install(self, extension_context):
        pass


class WithBareMixin(BareMixin, Finished):
    pass


class WithAbcMixin(AbcMixin, Finished):
    """Abstract by its mixin."""


class SetUp(WithAbcMixin):

    def setup(self):
        pass


class MixinFirst(InstallMixin, BasePlugin):
    """The mixin installs."""


class MixinLast(BasePlugin, InstallMixin):
    """The abstract method comes first."""


class WithObject(Finished, object):
    pass


class WithThread(Finished, threading.Thread):
    """A class of the standard library behind."""

    def __init__(self, name=None):
        super().__init__('x')


class ThreadFirst(threading.Thread, Finished):
    """The thread's constructor."""

    def __init__(self, daemon: bool = True):
        pass


class Meta(abc.ABCMeta):
    """A metaclass that adds a method."""

    def describe(cls):
        return cls.__name__


class WithMeta(Finished, metaclass=Meta):
    """Made by a metaclass."""


class CallingMeta(abc.ABCMeta):

    def __call__(cls, *args, **kwargs):
        return super().__call__(*args, **kwargs)


class WithCallingMeta(Finished, metaclass=CallingMeta):
    """Called in another way."""


class ChangingMeta(abc.ABCMeta):

    def __new__(mcs, name, bases, namespace):
        namespace.pop('load_contexts', None)
        return super().__new__(mcs, name, bases, namespace)


class WithChangingMeta(Finished, metaclass=ChangingMeta):
    load_contexts = frozenset()


REGISTRY = []


class Registering(BasePlugin):
    """Keeps its subclasses in a list."""

    def __init_subclass__(cls, tag='', **kwargs):
        super().__init_subclass__(**kwargs)
        REGISTRY.append(cls)

    def install(self, extension_context):
        pass


class Registered(Registering, tag='one'):

    def __init__(self, tag: str):
        pass


class Changing(BasePlugin):

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        cls.load_contexts = frozenset()

    def install(self, extension_context):
        pass


class Changed(Changing):
    """Changed by its base."""


def keep(cls):
    """Gives the class back."""
    REGISTRY.append(cls)
    return cls


def keep_as(name):

    def inner(cls):
        REGISTRY.append((name, cls))
        return cls

    return inner


def empty(cls):
    cls.load_contexts = frozenset()
    return cls


@keep
class Kept(Finished):
    """Decorated, and the same."""


@keep_as('other')
@typing.final
class KeptAs(Finished):
    """Decorated twice."""


@empty
class Emptied(Finished):
    """Changed by its decorator."""


def traced(function):

    @functools.wraps(function)
    def inner(*args, **kwargs):
        return function(*args, **kwargs)

    return inner


class TracedInit(Finished):

    @traced
    def __init__(self, a, b=2):
        pass


class TracedInstall(BasePlugin):

    @traced
    def install(self, extension_context):
        pass


class Protocolled(typing.Protocol):

    def hello(self):
        ...


class WithProtocol(Finished, Protocolled):
    """A protocol behind."""


class Colour(enum.Enum):
    RED = 1


class WithEnumDefault(Finished):

    def __init__(self, colour: Colour = Colour.RED):
        pass


class KeptByCall(Finished):
    """Given back by a call."""


KeptByCall = keep(KeptByCall)
