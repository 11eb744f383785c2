"""Document: chapters under a head with links to them, as one HTML file that loads nothing and runs nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from training.report.style import CSS

_HEAD = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
)


@dataclass(frozen=True)
class Chapter:
    """A section with its title, a sentence that says how to read it, and its content as HTML."""

    key: str
    title: str
    lead: str
    content: str

    @property
    def link(self) -> str:
        """For the top of the page."""
        return f'<a href="#{self.key}">{escape(self.title)}</a>'

    @property
    def html(self) -> str:
        """The section."""
        lead = f'<p class="lead">{escape(self.lead)}</p>' if self.lead else ""
        return f'<section id="{self.key}"><h2>{escape(self.title)}</h2>{lead}{self.content}</section>'


def document(title: str, chapters: Sequence[Chapter], *, lead: str, foot: str, css: str = "") -> str:
    """The whole file. `lead`, under the title, and `foot` are HTML; `css` adds to the style."""
    links = "".join(chapter.link for chapter in chapters)
    return (
        f"{_HEAD}<title>{escape(title)}</title><style>{CSS}{css}</style></head><body><header>"
        f'<h1>{escape(title)}</h1>{lead}<nav aria-label="Sections">{links}</nav></header>'
        f"<main>{''.join(chapter.html for chapter in chapters)}</main><footer>{foot}</footer></body></html>\n"
    )
