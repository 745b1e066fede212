"""Constructors of all kinds."""
import collections
import functools
from typing import Any, Callable, Dict, List, Literal, Optional, Tuple, Union

from sky.server.plugins import BasePlugin

LIMIT = 10


class Installed(BasePlugin):
    """Has no constructor."""

    def install(self, extension_context):
        pass


class Required(Installed):
    """Needs a team."""

    def __init__(self, team: str, limits: Dict[str, int], notify: Optional[List[str]] = None):
        """Makes one.

        Args:
            team: Who pays.
            limits (dict): How much
                each one may spend.
        """


class AllKinds(Installed):

    def __init__(self, a, /, b, c: int = 1, *args: Any, d, e: bool = False, **kwargs: str):
        pass


class OnlyStarred(Installed):

    def __init__(self, *args, **kwargs):
        pass


class WithoutSelf(Installed):

    def __init__(*args, **kwargs):
        pass


class PositionalOnlySelf(Installed):

    def __init__(self, /, name='x'):
        pass


class Defaults(Installed):

    def __init__(self,
                 limit=LIMIT,
                 text="it's",
                 raw=r'\d+',
                 number=-1.5e3,
                 nothing=None,
                 flags=(True, False),
                 table={'a': [1, 2], 'b': {3}},
                 call=collections.OrderedDict(),
                 function=len,
                 joined='a' 'b',
                 long=('one '  # a comment
                       'two'),
                 data=b'\x00'):
        pass


class Annotations(Installed):

    def __init__(
        self,
        a: Literal['x', 'y'] = 'x',
        b: Union[int, str, None] = None,
        c: 'Optional[Later]' = None,
        d: Callable[[int], str] = str,
        e: Tuple[int, ...] = (),
        f: Dict[
            str,
            List[int],  # of each
        ] = None,
    ):
        pass


class Later:
    pass


class ByNew(Installed):

    def __new__(cls, kind: str = 'plain'):
        return super().__new__(cls)


class NewAndInit(Installed):

    def __new__(cls, *args, **kwargs):
        return super().__new__(cls)

    def __init__(self, kind: str):
        pass


class InitBelowNew(ByNew):

    def __init__(self, other: int = 0):
        pass


class InheritedNew(NewAndInit):
    """Has what its base has."""


class AssignedInit(Installed):
    __init__ = Required.__init__


def build(self, size, colour='red'):
    """Builds.

    :param size: How large.
    :param str colour: Which colour,
        in words.
    """


class FunctionInit(Installed):
    __init__ = build


class PartialInit(Installed):
    __init__ = functools.partialmethod(build, colour='blue')


class ClassDefault(Installed):
    DEFAULT = 3

    def __init__(self, size=DEFAULT):
        pass


class Numpy(Installed):
    """In numpy's style.

    Parameters
    ----------
    rows, columns : int
        How many.
    title
        The title.
    """

    def __init__(self, rows: int, columns: int, title: str = ''):
        pass


class Signed(Installed):
    """Tells its own signature."""
    import inspect
    __signature__ = inspect.Signature()

    def __init__(self, hidden):
        pass


class Unicode(Installed):
    """Grüße."""

    def __init__(self, größe: int = 1, name: str = 'ü'):
        pass


class AsyncInstall(BasePlugin):

    async def install(self, extension_context):
        pass


class MangledAndSlots(Installed):
    __slots__ = ('__x',)

    def __init__(self, x: int = 0) -> None:
        self.__x = x
