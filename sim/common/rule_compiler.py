"""How a plain Python function becomes a rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numba import njit, types
from numba.core import ir
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import FunctionPass, PassManager, register_pass
from numba.core.untyped_passes import IRProcessing

Function = TypeVar("Function", bound=Callable[..., float])


@register_pass(mutates_CFG=False, analysis_only=False)
class _KeepSingle(FunctionPass):  # type: ignore[misc]
    """Reads a literal such as ``1.0`` in single precision where every argument of the rule is.

    One literal in double precision would make the rest of the rule double too: half as many firms in a vector, and a
    logarithm twice as long.
    """

    _name = "keep_single"

    def __init__(self) -> None:
        FunctionPass.__init__(self)

    def run_pass(self, state: Any) -> bool:
        """Rewrites the literals, and says whether there were any."""
        if not state.args or any(kind != types.float32 for kind in state.args):
            return False
        changed = False
        for block in state.func_ir.blocks.values():
            for statement in block.find_insts(ir.Assign):
                if isinstance(statement.value, ir.Const) and type(statement.value.value) is float:
                    statement.value.value = np.float32(statement.value.value)
                    changed = True
        return changed


class _RuleCompiler(CompilerBase):  # type: ignore[misc]
    """Numba's compiler with that pass."""

    def define_pipelines(self) -> list[PassManager]:
        """Numba's own passes, and ours once the code is in its intermediate form."""
        passes = DefaultPassBuilder.define_nopython_pipeline(self.state)
        passes.add_pass_after(_KeepSingle, IRProcessing)
        passes.finalize()
        return [passes]


def rule(function: Function) -> Function:
    """Compiles a function of numbers into the loops that call it; the plain one stays as ``.py_func``.

    Example:
        >>> import sim
        >>> @sim.rule
        ... def fearless(market, banned_share):
        ...     return market
        >>> fearless(1.0, 0.5), fearless.py_func(1.0, 0.5)
        (1.0, 1.0)
    """
    compiled: Function = njit(error_model="numpy", pipeline_class=_RuleCompiler)(function)
    return compiled
