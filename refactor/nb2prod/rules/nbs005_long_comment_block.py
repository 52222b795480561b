"""Long comments in code cells.

In a notebook, prose has cells of its own, with headings, links and formulas; and commented-out code
belongs in the version history. The limit is `max-comment-lines`.

## Flagged

```python
# %%
a = 1
# Here we explain  # flagged
# at some length
# what could be read
# much better
# in a Markdown cell.
b = 2
```

## Not flagged

```python
# %%
#### a heading ####
a = 1  # one
b = 2  # two
c = 3  # three
d = 4  # four
e = 5  # five
text = '''
# not a comment
# but text
# of four
# or more
# lines
'''
```

## References

- Pynblint: long_multiline_python_comment, which checks only the start of cells, and counts the
  characters of a single line as lines
"""

from collections.abc import Iterator

from nb2prod.ipython.tokens import comments
from nb2prod.rules.rule import Flag, cell_rule
from nb2prod.rules.view import CellView
from nb2prod.text.spans import Span


def _check(view: CellView) -> Iterator[Flag]:
    code, limit = view.code, view.limits.max_comment_lines
    if code.source.count("#") <= limit or code.code.lstrip().startswith("#%"):
        return
    hidden = [magic.span for magic in code.magics]
    block: list[Span] = []
    for span in [*comments(code.source), Span(len(code.source), len(code.source))]:
        line = code.lines.position(span.start)[0]
        alone = not code.source[code.lines.start(line) : span.start].strip()
        follows = block and code.lines.position(block[-1].start)[0] + 1 == line
        if not (alone and follows) and len(block) > limit:
            where = Span(block[0].start, block[-1].end)
            message = f"{len(block)} lines of comments; move them to a Markdown cell"
            yield Flag(where, message)
        if not (alone and follows):
            block = []
        if alone and span.start < span.end and not any(h.covers(span) for h in hidden):
            block.append(span)


RULE = cell_rule(
    _check, "info", default=False, aliases=("long-multiline-python-comment",), words=("#",)
)
