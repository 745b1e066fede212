"""Where classes load, in all ways of writing it."""
from sky.server import plugins
from sky.server.plugins import ALL_PLUGIN_CONTEXTS
from sky.server.plugins import BasePlugin
from sky.server.plugins import PluginContext
from sky.server.plugins import PluginContext as Where

SERVER = frozenset({PluginContext.MAIN, PluginContext.UVICORN})
MAIN = PluginContext.MAIN


class Everywhere(BasePlugin):
    """Says nothing."""

    def install(self, extension_context):
        pass


class InFrozenset(Everywhere):
    load_contexts = frozenset({PluginContext.MAIN, PluginContext.CONTROLLER})


class InSet(Everywhere):
    load_contexts = {Where.EXECUTOR}


class InTuple(Everywhere):
    load_contexts = (plugins.PluginContext.UVICORN,)


class InList(Everywhere):
    load_contexts = [PluginContext.EXECUTOR, PluginContext.EXECUTOR]


class InListCall(Everywhere):
    load_contexts = frozenset([PluginContext.CONTROLLER])


class InAll(Everywhere):
    load_contexts = ALL_PLUGIN_CONTEXTS


class InEnumeration(Everywhere):
    load_contexts = frozenset(PluginContext)


class InName(Everywhere):
    load_contexts = SERVER


class InMember(Everywhere):
    load_contexts = frozenset((MAIN,))


class Without(Everywhere):
    load_contexts = ALL_PLUGIN_CONTEXTS - {PluginContext.CONTROLLER}


class Together(Everywhere):
    load_contexts = SERVER | {Where.CONTROLLER}


class ByUnion(Everywhere):
    load_contexts = SERVER.union({Where.EXECUTOR})


class Unpacked(Everywhere):
    load_contexts = frozenset({*SERVER, PluginContext.EXECUTOR})


class Nowhere(Everywhere):
    load_contexts = frozenset()


class ByText(Everywhere):
    """Texts are no contexts."""
    load_contexts = {'main'}


class Inherited(InSet):
    pass


class OfBase(Everywhere):
    load_contexts = InFrozenset.load_contexts


class Annotated(Everywhere):
    load_contexts: 'frozenset' = frozenset({PluginContext.MAIN})


class OnlyAnnotated(InSet):
    load_contexts: frozenset


class Computed(Everywhere):
    """Cannot be read."""
    load_contexts = frozenset(one for one in PluginContext if one.value != 'main')


class Asked(Everywhere):
    """Decides itself."""

    @classmethod
    def should_load(cls, context):
        return context is PluginContext.MAIN


class Patched(Everywhere):
    """Gets it later."""


Patched.load_contexts = frozenset({PluginContext.MAIN})


class ByBranch(Everywhere):
    if len(SERVER) > 1:
        load_contexts = frozenset({PluginContext.MAIN})
    else:
        load_contexts = frozenset()


class ByFactory(Everywhere):

    def _make():
        return frozenset({PluginContext.MAIN})

    load_contexts = _make()
