"""The kernels as machine code, kept on disk so that only the first process of a machine waits for the compiler.

numba's own key of a cached function does not know the modules that it takes its operations from, and its index can mix
up what two kinds of processors put into one shared folder. So every folder here holds one build: its name is a digest
of the processor, the lanes, the compiler and the sources. A cache that fails costs time, nothing else.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock
from types import ModuleType
from typing import Any

import llvmlite
import llvmlite.binding as llvm
import numba
from numba import njit, types

from credit_scoring.explanation import codes, kernels, lanes, layout, trees

log = logging.getLogger(__name__)

_BYTE, _INDEX, _WIDE = types.uint8[::1], types.int32[::1], types.int64[::1]
_TABLE, _FLOATS = types.int64[:, ::1], types.float64[::1]
_SINGLES = types.float32[::1]

SIGNATURES: dict[Callable[..., None], Any] = {
    kernels.quantise: types.void(types.float32[:, ::1], _SINGLES, _TABLE, _TABLE, _TABLE, _TABLE, _BYTE, _BYTE),
    kernels.predict: types.void(_TABLE, _INDEX, _FLOATS, _BYTE, _FLOATS),
    kernels.share: types.void(_FLOATS, _WIDE, _INDEX, _FLOATS, _BYTE, types.int64, _FLOATS),
}

UNUSED_DAYS = 60
"""After so many days without use, the build of another release or processor is removed."""

_one_at_a_time = Lock()


@dataclass(frozen=True, eq=False)
class Kernels:
    """The compiled loops of explanation.kernels, with their arguments."""

    quantise: Callable[..., None]
    predict: Callable[..., None]
    share: Callable[..., None]


_SOURCES: tuple[ModuleType, ...] = (codes, kernels, lanes, layout, trees)


def build(sources: Sequence[ModuleType] = _SOURCES) -> str:
    """A digest of all that decides the machine code of these modules."""
    parts = [
        llvm.get_process_triple(),
        llvm.get_host_cpu_name(),
        llvm.get_host_cpu_features().flatten(),
        str(lanes.LANES),
        numba.__version__,
        llvmlite.__version__,
        *(Path(str(module.__file__)).read_text(encoding="utf-8") for module in sources),
    ]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]


def cache_folder(sources: Sequence[ModuleType] = _SOURCES) -> Path:
    """Where a build is kept: under NUMBA_CACHE_DIR, else the user's cache folder. It need not exist."""
    root = numba.config.CACHE_DIR or os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "credit-scoring-kernels" / build(sources)


@lru_cache(maxsize=1)
def compiled() -> Kernels:
    """The kernels for this processor: from the cache, or compiled now, which takes some seconds and is then kept."""
    return Kernels(*(compiled_function(function, signature, _SOURCES) for function, signature in SIGNATURES.items()))


def compiled_function(
    function: Callable[..., None], signature: Any, sources: Sequence[ModuleType]
) -> Callable[..., None]:
    """A function for this processor, as `compiled`; `sources`: the modules that it is made of."""
    machine_code = _compile(function, signature, sources)
    with suppress(OSError, RuntimeError):  # RuntimeError: the machine knows of no home of this user
        tidy(cache_folder(sources), time.time())
    return machine_code


def tidy(folder: Path, now: float) -> None:
    """Notes on a build's folder that it was used, and removes its neighbours that nobody used for UNUSED_DAYS.

    `now`: seconds since 1970. OSError when the folder is not there or not ours. A process that is just loading what is
    removed compiles without a cache.
    """
    os.utime(folder, (now, now))
    for other in folder.parent.iterdir():
        if other.stat().st_mtime < now - UNUSED_DAYS * 86_400:
            log.info("removing kernels that were not used for %d days", UNUSED_DAYS)
            shutil.rmtree(other, ignore_errors=True)


def _compile(function: Callable[..., None], signature: Any, sources: Sequence[ModuleType]) -> Callable[..., None]:
    try:
        folder = cache_folder(sources)
        # The machine code is loaded by unpickling: nobody else may write there.
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        dispatcher = _kept_in(folder, function)
        dispatcher.compile(signature)
    except Exception as error:
        # Whatever is wrong with a cache (no home, no right, no room, a torn file): without it, the same code results.
        log.info("compiling a kernel without a cache (%s)", type(error).__name__)
        dispatcher = _jit(function)
        dispatcher.compile(signature)
    dispatcher.disable_compile()
    machine_code: Callable[..., None] = dispatcher
    return machine_code


def _jit(function: Callable[..., None]) -> Any:
    return njit(nogil=True, error_model="numpy")(function)


def _kept_in(folder: Path, function: Callable[..., None]) -> Any:
    """The function, not yet compiled. Where numba keeps it is decided now, and only a global setting tells it.

    PermissionError when the folder cannot be written.
    """
    dispatcher = _jit(function)
    with _one_at_a_time:
        before = numba.config.CACHE_DIR
        numba.config.CACHE_DIR = str(folder)
        try:
            dispatcher.enable_caching()
        finally:
            numba.config.CACHE_DIR = before
    if not Path(dispatcher.stats.cache_path).is_relative_to(folder):
        raise PermissionError(f"{folder} cannot be written, and numba would use a folder that others share")
    return dispatcher
