"""Hostile notebooks: shapes that can be made as large as one likes, by name."""

from code_shapes import DEFINITIONS, IMPORTS, NESTS
from flow_shapes import CHAINS, TABLES
from shape_parts import Shape
from text_shapes import MARKDOWN, NOTEBOOKS, TEXTS

SHAPES: dict[str, Shape] = {
    **CHAINS,
    **TABLES,
    **IMPORTS,
    **NESTS,
    **DEFINITIONS,
    **TEXTS,
    **MARKDOWN,
    **NOTEBOOKS,
}
