"""Table: rows with a drawing each, that become blocks on a narrow screen."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

VERDICT = "verdict"  # head of cells that are words


@dataclass(frozen=True)
class Row:
    """One row: its name, its cells as text, and its mark as SVG."""

    name: str
    cells: Sequence[str]
    mark: str = ""
    note: str = ""  # in small letters under the name
    tone: str = ""  # of the last cell, which then is a verdict


@dataclass(frozen=True)
class Table:
    """A table with a caption for those who cannot see it."""

    caption: str
    head: Sequence[str]  # of the cells
    rows: Sequence[Row]
    first: str = ""  # head of the names
    scale: Sequence[str] = field(default=())  # texts spread over the width of the marks

    def html(self) -> str:
        """Roles are named, since blocks of a narrow screen lose those of a table."""
        marked = any(row.mark for row in self.rows)
        spread = "".join(f"<span>{escape(text)}</span>" for text in self.scale)
        mark = (
            f'<th scope="col" class="mark" role="columnheader"><div class="scale">{spread}</div></th>' if marked else ""
        )
        heads = "".join(map(self._head, self.head))
        return (
            f'<table class="rows" role="table"><caption>{escape(self.caption)}</caption><thead role="rowgroup">'
            f'<tr role="row"><th scope="col" role="columnheader">{escape(self.first)}</th>{mark}{heads}</tr></thead>'
            f'<tbody role="rowgroup">{"".join(self._row(row, marked=marked) for row in self.rows)}</tbody></table>'
        )

    def _head(self, text: str) -> str:
        kind = "" if text == VERDICT else ' class="number"'
        return f'<th scope="col"{kind} role="columnheader">{escape(text)}</th>'

    def _row(self, row: Row, *, marked: bool) -> str:
        note = f"<small>{escape(row.note)}</small>" if row.note else ""
        mark = f'<td class="mark" role="cell">{row.mark}</td>' if marked else ""
        last = len(row.cells) - 1
        cells = "".join(
            f'<td role="cell" class="verdict {row.tone}">{escape(cell)}</td>'
            if row.tone and place == last
            else f'<td role="cell" class="number" data-label="{escape(head)}">{escape(cell)}</td>'
            for place, (head, cell) in enumerate(zip(self.head, row.cells, strict=True))
        )
        return f'<tr role="row"><th scope="row" role="rowheader">{escape(row.name)}{note}</th>{mark}{cells}</tr>'
