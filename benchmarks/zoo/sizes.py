"""How large a zoo is, and how long everything in it is trained."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shape:
    """A Llama in numbers."""

    hidden: int
    layers: int
    heads: int
    key_value_heads: int
    intermediate: int


@dataclass(frozen=True, slots=True)
class Size:
    """One size of the zoo."""

    name: str
    teachers: int
    """Families whose tuned models are taught from; as many others lend their weights to students."""
    loners: int
    """Roots that nothing descends from."""
    twins: int
    """Roots that have a twin: teachers' bases first."""
    registry: tuple[str, ...]
    """Models out of data/models.toml."""
    corpora: tuple[tuple[str, str], ...]
    """(seven tenths of the text, the rest), for each root in turn."""
    shapes: tuple[Shape, ...]
    vocabularies: tuple[int, ...]
    train_steps: int
    train_batch: int
    length: int
    """Tokens of one row in training."""
    tune_steps: int
    texts: int
    """Questions and answers that a student is trained on."""
    published: int
    """Answers of a teacher that a third party published."""
    student_steps: int
    batch: int
    answer_tokens: int


SMALL_SHAPES = (
    Shape(96, 4, 4, 2, 256),
    Shape(112, 3, 4, 4, 304),
    Shape(128, 3, 8, 4, 320),
    Shape(96, 5, 6, 2, 240),
)
SMALL_CORPORA = (
    ("speeches-to-1860", "dictionary-a-l"),
    ("speeches-to-1960", "pandas"),
    ("king-james", "speeches-to-1912"),
    ("dictionary-m-z", "factbook"),
    ("factbook", "speeches-to-today"),
    ("python-docstrings", "speeches-to-1912"),
    ("speeches-to-today", "dictionary-a-l"),
    ("speeches-to-1912", "scipy"),
    ("pandas", "speeches-to-1960"),
    ("sympy", "king-james"),
    ("sklearn", "factbook"),
    ("networkx", "speeches-to-1860"),
    ("streamlit", "dictionary-m-z"),
    ("scipy", "speeches-to-today"),
    ("altair", "factbook"),
    ("king-james", "python-manual"),
    ("dictionary-a-l", "speeches-to-1860"),
    ("dictionary-m-z", "sympy"),
    ("python-docstrings", "dictionary-a-l"),
)
REGISTRY = ("stories15m", "minimind2-small", "smollm2-135m", "gemma-3-270m", "tinyllama-1.1b")

SIZES: dict[str, Size] = {
    "tiny": Size(
        name="tiny",
        teachers=1,
        loners=3,
        twins=1,
        registry=(),
        corpora=(
            ("python-manual", "pydantic"),
            ("pydantic", "python-manual"),
            ("python-manual", "python-manual"),
            ("pydantic", "pydantic"),
        ),
        shapes=(Shape(32, 3, 4, 2, 64),),
        vocabularies=(320, 360),
        train_steps=100,
        train_batch=8,
        length=48,
        tune_steps=40,
        texts=100,
        published=20,
        student_steps=40,
        batch=8,
        answer_tokens=24,
    ),
    "small": Size(
        name="small",
        teachers=6,
        loners=7,
        twins=3,
        registry=REGISTRY,
        corpora=SMALL_CORPORA,
        shapes=SMALL_SHAPES,
        vocabularies=(1024, 1280, 1536, 2048),
        train_steps=560,
        train_batch=16,
        length=96,
        tune_steps=80,
        texts=1000,
        published=200,
        student_steps=72,
        batch=16,
        answer_tokens=48,
    ),
    "full": Size(
        name="full",
        teachers=9,
        loners=10,
        twins=6,
        registry=REGISTRY,
        corpora=SMALL_CORPORA,
        shapes=(
            Shape(160, 5, 4, 2, 432),
            Shape(192, 4, 6, 3, 512),
            Shape(144, 8, 4, 4, 384),
            Shape(224, 4, 8, 4, 600),
        ),
        vocabularies=(1536, 2048, 3072, 4096),
        train_steps=4000,
        train_batch=32,
        length=128,
        tune_steps=600,
        texts=5000,
        published=1000,
        student_steps=940,
        batch=16,
        answer_tokens=64,
    ),
}
"""Name → size; the only list."""
