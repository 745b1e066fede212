"""Relative imports."""
from .inner import Deep
from .inner import Deep as Deepest
from ..plain import Greeter as Upper
