"""Plugins of a shop: re-exports in several ways."""
import typing

from shop_plugins import contexts as load_places
from shop_plugins.contexts import Everywhere as AnywherePlugin
from shop_plugins.plain import Greeter
from shop_plugins.plain import *  # noqa: F403
from shop_plugins.starred import *  # noqa: F403
from . import signatures
from .bases import Templated
from .deep import Deepest
from .same_name import same_name

if typing.TYPE_CHECKING:
    from shop_plugins.nowhere import NeverThere

Alias = Greeter
SecondAlias: typing.Type[Greeter] = Alias
First, Second = Greeter, signatures.Required
Chained = Linked = Templated

__all__ = ['Alias', 'Greeter'] + ['Templated']
__all__ += ['Deepest']
