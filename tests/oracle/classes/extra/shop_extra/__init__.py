"""Re-exports of another distribution."""
import market.east
from market.east import Bazaar
from shop_plugins import *
from shop_plugins.data import Audit as AuditPlugin

EastBazaar = market.east.Bazaar
