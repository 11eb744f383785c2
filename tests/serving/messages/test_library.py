"""Templates: which one suits, what one may do, and that none takes long or grows large."""

from pathlib import Path

import pytest

from features.errors import ConfigError
from features.settings import Settings
from serving.messages.bounds import LimitError, meter
from serving.messages.check import check_messages
from serving.messages.config import MessagesConfig
from serving.messages.facts import example, facts_of
from serving.messages.library import Library, rendered

FILES = {
    "welcome/email.html": "any",
    "welcome/email.en.html": "<p>Hi {{ customer.first_name or 'there' }}</p>",
    "welcome/email.de.html": "Hallo",
    "welcome/email.de.subject.txt": "Betreff {{ customer.name }}",
    "welcome/email.pt-BR.html": "Oi",
    "welcome/sms.txt": "SMS {{ items[0].name }}",
    "welcome/default.txt": "default",
    "only/push.de.txt": "x",
}
REFUSED = [
    ("{{ 'a' * 10 }}", "'\\*' is for numbers"),
    ("{{ 9 ** 9 }}", "'pow' is not for messages"),
    ("{% macro f() %}{% endmacro %}", "'macro' is not for messages"),
    ("{% block a %}{% endblock %}", "'block' is not for messages"),
    ("{% set x %}a{% endset %}", "'assignblock' is not for messages"),
    ("{% import 'a' as b %}", "'import' is not for messages"),
    ("{{ 'x'.format(1) }}", "calling anything but range"),
    ("{{ lipsum() }}", "calling anything but range"),
    ("{{ _turn }}", "the name '_turn'"),
    ("{{ ''.__class__ }}", "unsafe"),
    ("{{ customer['__class__'] }}", "unsafe"),
    ("{{ items.__init__ }}", "unsafe"),
    ("{{ 'a'|center(1000000) }}", "No filter named 'center'"),
    ("{{ 'a'|safe }}", "No filter named 'safe'"),
    ("{{ customer.nmae }}", "line 1: customer has no 'nmae'; it has customer_id, name, first_name"),
    ("{% for item in items %}\n{{ item.prise }}{% endfor %}", "line 2: item has no 'prise'"),
    ("{{ custmer.name }}", "'custmer' is undefined; a template may name channel, customer"),
    ("{% for i in items recursive %}{% endfor %}", "a loop with 'if' or 'recursive'"),
    ("{% for i in range(2000) %}{% endfor %}", "range of 2,000; at most 1,000"),
    ("{% for i in range(999) %}{% for j in range(999) %}{% endfor %}{% endfor %}", "turn more than 10,000 times"),
    ("{% set x = 'ab' %}" + "{% set x = x ~ x %}" * 40, "more than 65,536 characters"),
    ("{% set x = 'ab' %}" + "{% set x = x + x %}" * 40, "more than 65,536 characters"),
    ("{% set x = range(1000)|join('abcdef') %}{{ range(1000)|join(x) }}", "joins a text of more than"),
    ("{% set x = [1] %}{% set x = [x, x] %}{{ x }}", "a list of anything but texts and numbers"),
    ("{% include 'bad/email.html' %}", "recursion"),
    ("{{ 1 // 0 }}", "by zero"),
    ("{{ 10000000 * 10000000 * 1000 * 1000 }}", "beyond 1e15"),
    ("{{ items|sum }}", "unsupported operand"),
    ("{{ 'a'|truncate(5, leeway=-10) }}", "leeway"),
    ("{% for i in range(1000) %}" + "x" * 200 + "{% endfor %}", "writes more than"),
    ("{% if %}", "line 1"),
    ("{{ 'a", "line 1"),
]


def library(**settings: int) -> Library:
    return Library(FILES, MessagesConfig(**settings))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("channel", "language", "file"),
    [
        ("email", "en", "welcome/email.en.html"),
        ("email", "en-GB", "welcome/email.en.html"),
        ("email", "pt-BR", "welcome/email.pt-BR.html"),
        ("email", "pt", "welcome/email.en.html"),
        ("email", "fr", "welcome/email.en.html"),
        ("sms", "de", "welcome/sms.txt"),
        ("push", "de", "welcome/default.txt"),
    ],
)
def test_the_nearest_template_is_chosen(channel: str, language: str, file: str) -> None:
    chosen = library().choose("welcome", channel, language)
    assert chosen is not None
    assert (chosen.file, chosen.html) == (file, file.endswith("html"))


def test_a_template_that_there_is_not() -> None:
    assert library().choose("welcom", "email", "en") is None
    assert library().choose("only", "email", "de") is None
    assert library().names == ["only", "welcome"]


def test_a_subject_belongs_to_its_text() -> None:
    german, english = (library().choose("welcome", "email", language) for language in ("de", "en"))
    assert german is not None
    assert english is not None
    assert german.subject is not None
    assert rendered(german.subject, {**example("de"), **meter()}, 100) == "Betreff Ann Miller"
    assert english.subject is None


def shown(source: str, file: str = "t/email.html", **facts: object) -> str:
    chosen = Library({file: source}, MessagesConfig()).choose("t", "email", "en")
    assert chosen is not None
    return rendered(chosen.body, {**example("en"), **facts, **meter()}, 100_000)


def test_pages_are_escaped_and_plain_texts_are_not() -> None:
    facts = facts_of("c", "A & B", [], {"code": "<script>"}, place={"shop": "s", "channel": "email", "language": "en"})
    source = "{{ customer.name }} {{ values.code ~ '<' }} {{ values.code|upper }} {{ values['code'] + '&' }}"
    assert shown(source, **facts) == "A &amp; B &lt;script&gt;&lt; &lt;SCRIPT&gt; &lt;script&gt;&amp;"
    assert shown(source, "t/email.txt", **facts) == "A & B <script>< <SCRIPT> <script>&"


def test_without_a_name_the_fallback_is_written() -> None:
    facts = facts_of("c", None, [], {}, place={"shop": "s", "channel": "email", "language": "en"})
    assert shown("Hi {{ customer.first_name or 'there' }}!", **facts) == "Hi there!"
    assert shown("{% if customer.name %}x{% else %}y{% endif %}", **facts) == "y"


def test_what_templates_are_made_of() -> None:
    source = (
        "{% for item in items %}{{ loop.index }}. {{ item.name }} {{ (item.price * 2)|round(1) }}"
        "{{ '' if loop.last else ', ' }}{% endfor %} {{ items|length }} {{ values.code }}"
    )
    file = {"t/email.html": source}
    Library(file, MessagesConfig()).try_out("t/email.html")
    assert shown(source, values={"code": 5}) == "1. Mug 1 19.0, 2. Mug 2 19.0, 3. Mug 3 19.0 3 5"


@pytest.mark.parametrize(("source", "reason"), REFUSED)
def test_a_bad_template_is_refused_with_its_reason(source: str, reason: str) -> None:
    bad = Library({"bad/email.html": source}, MessagesConfig(max_output_kb=128))
    with pytest.raises(ConfigError, match=rf"(?s)\[messages\] templates/bad/email.html: .*{reason}"):
        bad.try_out("bad/email.html")


def test_the_length_is_bounded_while_it_is_written() -> None:
    file = {"t/email.txt": "{% for i in range(900) %}x{% endfor %}"}
    chosen = Library(file, MessagesConfig()).choose("t", "email", "en")
    assert chosen is not None
    with pytest.raises(LimitError, match="writes more than 50 characters"):
        rendered(chosen.body, {**example("en"), **meter()}, 50)


def test_templates_of_a_workspace(tmp_path: Path) -> None:
    assert check_messages(tmp_path, settings()) == []
    for file, source in {**FILES, "header.html": "shared", "welcome/page.html": "{% include 'header.html' %}"}.items():
        path = tmp_path / "templates" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, encoding="utf-8")
    assert check_messages(tmp_path, settings()) == ["only", "welcome"]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("t/EMAIL.html", b"", "its name is not"),
        ("t/email.deutsch!.html", b"", "its name is not"),
        ("t/email.docx", b"", "its name is not"),
        ("t/email.html", b"\xff", "not UTF-8"),
        ("t/email.html", b"x" * 300_000, "more than 262,144 bytes"),
    ],
)
def test_files_that_are_no_templates(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    path = tmp_path / "templates" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=reason):
        check_messages(tmp_path, settings())


def settings() -> Settings:

    return Settings({})
