"""The decorators of the kernel's functions: their code is compiled once, with the kernel that calls them.

By itself numba compiles each of the 220 functions with all that it calls, and again within each of its callers: two
thirds of 79 s of CPU time went there.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from numba import config, njit
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler

from .readiness import PROGRESS


class _Part(JITCodeLibrary):
    """The code of a function with what it calls, neither optimized nor made machine code; Python cannot call it."""

    def finalize(self):
        for library in dict.fromkeys(self._linking_libraries):
            self._final_module.link_in(library._get_module_for_linking(), preserve=True)
        self._finalized = True

    def get_pointer_to_function(self, name):
        return 0

    @property
    def codegen(self):
        return self

    def set_env(self, name, env):
        """There is no machine code whose environment could be set."""


class _Apart(_Part):
    """Of a function that its callers call: within the loop over operations each took 10 ns more, with all others."""

    def finalize(self):
        for function in self._final_module.functions:
            if not function.is_declaration:
                function.add_function_attribute("noinline")
        super().finalize()


class _PartCompiler(Compiler):
    kind = _Part

    def compile_extra(self, func):
        self.state["library"] = self.kind(self.state.targetctx.codegen(), func.__qualname__)
        if config.CACHE_DIR:
            with Path(config.CACHE_DIR, PROGRESS).open("ab") as file:
                file.write(b".")
        return super().compile_extra(func)


class _ApartCompiler(_PartCompiler):
    kind = _Apart


_part = partial(
    njit, nogil=True, error_model="numpy", _nrt=False, pipeline_class=_PartCompiler, no_cpython_wrapper=True,
    no_cfunc_wrapper=True,
)  # fmt: skip
# NaN and infinity must stay, since they show a divergence.
_FAST = {"reassoc", "contract", "nsz", "arcp", "afn"}
loop = _part(fastmath=_FAST)
apart = _part(fastmath=_FAST, pipeline_class=_ApartCompiler)
inlined = _part(fastmath={"contract", "nsz", "arcp"}, forceinline=True)
