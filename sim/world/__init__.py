"""The world before any policy: states, goods, the customs baseline, and how it is built from published figures."""

from sim.world.load import find_world, load_world
from sim.world.world import World

__all__ = ["World", "find_world", "load_world"]
