"""Dataclasses."""
import dataclasses
import typing
from dataclasses import dataclass
from dataclasses import field
from dataclasses import InitVar
from dataclasses import KW_ONLY
from typing import ClassVar, Dict, List, Optional

from sky.server.plugins import BasePlugin


@dataclass
class Audit(BasePlugin):
    """Writes lines.

    Attributes:
        path: Where to.
    """
    path: str
    level: str = 'info'

    def install(self, extension_context):
        pass


@dataclasses.dataclass
class Fields(Audit):
    """All kinds of fields."""
    count: int = field(default=3)
    names: List[str] = field(default_factory=list)
    table: Dict[str, int] = dataclasses.field(default_factory=lambda: {'a': 1})
    hidden: int = field(default=0, init=False)
    shared: ClassVar[int] = 7
    also_shared: 'typing.ClassVar[int]' = 8
    seed: InitVar[int] = 1
    keyword: bool = field(default=False, kw_only=True)


@dataclass
class Marked(BasePlugin):
    first: int
    _: KW_ONLY
    second: int
    third: str = 'x'

    def install(self, extension_context):
        pass


@dataclass(kw_only=True)
class Keywords(Audit):
    """Its own are by keyword."""
    needed: int
    optional: Optional[int] = None


@dataclass
class Overriding(Audit):
    """The place stays, the default changes."""
    path: str = '/var/log'
    extra: int = 0


@dataclass(init=False)
class NoInit(Audit):
    ignored: int = 0


@dataclass
class OwnInit(Audit):
    ignored: int = 0

    def __init__(self, own: str):
        self.own = own


@dataclass(frozen=True, eq=False)
class Frozen(BasePlugin):
    a: int = 1

    def install(self, extension_context):
        pass


@dataclass
class Undocumented(BasePlugin):
    a: int = 1

    def install(self, extension_context):
        pass


class PlainBelow(Audit):
    """No dataclass itself."""
    more: int = 4


@dataclass
class DataBelow(PlainBelow):
    """What is not a field above is none."""
    last: int = 5


@dataclass
class Named(BasePlugin):
    """The field has the name of a property."""
    name: str

    def install(self, extension_context):
        pass


class Defaulting:
    size = 12


@dataclass
class InheritedDefault(Defaulting, BasePlugin):
    """The default is inherited."""
    size: int

    def install(self, extension_context):
        pass


@dataclass
class LeftData(BasePlugin):
    left: int = 1

    def install(self, extension_context):
        pass


@dataclass
class RightData(BasePlugin):
    right: int = 2

    def install(self, extension_context):
        pass


@dataclass
class BothData(LeftData, RightData):
    """Right's fields come first."""
    both: int = 3


@dataclass
class AbstractData(BasePlugin):
    """Has no install."""
    size: int = 1


@dataclass
class Annotated(Audit):
    """A field that is only annotated in a branch."""
    if typing.TYPE_CHECKING:
        fake: int
    if len('abc') == 3:
        real: int = 3


OPTIONS = {'init': False}


@dataclass(**OPTIONS)
class Optioned(Audit):
    """Cannot be read."""
