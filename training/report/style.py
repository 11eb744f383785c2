"""Style: how a report looks, on a phone, on a desk, in the dark and on paper."""

CSS = """
:root { color-scheme: light dark; --paper:#fff; --card:#f6f8fb; --ink:#0f172a; --soft:#475569; --line:#dbe3ec;
  --band:#dde5ee; --first:#7c8ba1; --second:#c2410c; --better:#0f766e; --worse:#b91c1c; --same:#475569; }
@media (prefers-color-scheme: dark) { :root { --paper:#0c1220; --card:#141d30; --ink:#e6ebf4; --soft:#a9b6ca;
  --line:#2a3750; --band:#2c3a55; --first:#8494ad; --second:#fb923c; --better:#5eead4; --worse:#fca5a5;
  --same:#b6c2d4; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); overflow-wrap: break-word;
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main, header, footer { max-width: 60rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2.5rem; }
footer { padding: 1.5rem 1.25rem 3rem; color: var(--soft); font-size: .875rem; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .25rem; letter-spacing: -.01em; }
h2 { font-size: 1.25rem; line-height: 1.3; margin: 0 0 .25rem; }
h3, h4 { font-size: 1rem; margin: 0 0 .25rem; }
p { margin: .25rem 0 .75rem; max-width: 44rem; }
.soft, .lead { color: var(--soft); }
section { margin: 2.25rem 0; }
nav { margin: 1rem 0 0; font-size: .9375rem; }
nav a { color: inherit; margin-right: 1rem; white-space: nowrap; }
a:focus-visible, summary:focus-visible { outline: 2px solid var(--second); outline-offset: 2px; }
.banner { background: var(--card); border: 1px solid var(--line); border-left: .375rem solid var(--tone);
  border-radius: .5rem; padding: 1rem 1.25rem; margin: 1.25rem 0; }
.banner strong { font-size: 1.25rem; color: var(--tone); }
.banner ul { margin: .5rem 0 0; padding-left: 1.1rem; }
.better { --tone: var(--better); } .worse { --tone: var(--worse); } .same { --tone: var(--same); }
.verdict { color: var(--tone); font-weight: 600; white-space: nowrap; }
table { border-collapse: collapse; width: 100%; font-size: .9375rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--soft); font-size: .875rem; padding: 0 0 .375rem; }
th, td { text-align: left; padding: .375rem .75rem .375rem 0; border-bottom: 1px solid var(--line); vertical-align: top;
  font-weight: 400; }
thead th { color: var(--soft); font-size: .8125rem; vertical-align: bottom; }
tbody th small, .reason { display: block; font-weight: 400; color: var(--soft); font-size: .8125rem; }
.number { text-align: right; white-space: nowrap; }
thead .number { white-space: normal; } tbody th { min-width: 7.5rem; }
.mark { width: 38%; }
.mark svg { display: block; width: 100%; height: 1.5rem; overflow: visible; }
.scale { display: flex; justify-content: space-between; }
.first { color: var(--first); } .second { color: var(--second); }
.key::before { content: ""; display: inline-block; width: .75rem; height: .75rem; border-radius: .1875rem;
  background: currentColor; margin-right: .375rem; }
.key { margin-right: 1rem; } .key span { color: var(--ink); }
details { margin: .75rem 0; } summary { cursor: pointer; color: var(--soft); }
article { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: 1rem 1.25rem;
  margin: 1rem 0; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 0 2rem; margin-top: .75rem; }
ol { margin: .25rem 0 0; padding-left: 1.5rem; } li { margin: .125rem 0; }
.hit { color: var(--better); font-weight: 600; }
@media (max-width: 40rem) {
  header { padding-top: 1.5rem; } h1 { font-size: 1.5rem; } .pair { grid-template-columns: 1fr; gap: 1rem; }
  .rows, .rows tbody, .rows caption { display: block; } .rows thead { display: none; }
  .rows tr { display: flex; flex-wrap: wrap; gap: 0 1rem; padding: .5rem 0; border-bottom: 1px solid var(--line); }
  .rows th, .rows td { border: 0; padding: 0; text-align: left; } .rows tbody th { flex: 1 0 100%; font-weight: 600; }
  .rows td[data-label]:not(:empty)::before { content: attr(data-label) " "; color: var(--soft); }
  .rows .mark { flex: 1 0 100%; }
}
@media print { nav { display: none; } article, tr { break-inside: avoid; } }
"""
