"""People who do not exist: their addresses and numbers belong to nobody."""

import re

import numpy as np
import pandas as pd

from esnaf.simulation.batch import Batch
from esnaf.simulation.contacts import Contacts
from esnaf.simulation.places import COUNTRIES, MAIL_DOMAINS

E164 = 0.0


def test_addresses_are_reserved_and_distinct(batch: Batch) -> None:
    emails = [email for email in batch.profiles.contacts.email if email]
    assert len(set(emails)) == len(emails) > 0.8 * batch.people.customers
    assert all(re.fullmatch(r"[a-z]+\.[a-z]+\d+@.+", email) for email in emails)
    assert {email.split("@")[1] for email in emails} == set(MAIL_DOMAINS)


def test_numbers_are_fictional_and_distinct(batch: Batch) -> None:
    contacts = batch.profiles.contacts
    called = np.flatnonzero(contacts.has_phone).tolist()
    numbers = [contacts.phone(E164, person) for person in called]
    assert len(set(numbers)) == len(numbers) > 0.5 * batch.people.customers
    begins = {f"+{c.prefix}{area}" for c in COUNTRIES for area in c.areas.split()}
    assert all(any(number.startswith(begin) for begin in begins) for number in numbers)


def test_numbers_run_out_instead_of_coming_twice(batch: Batch) -> None:
    from dataclasses import replace

    late = Contacts.draw(replace(batch.people, first=10_000_000), np.random.default_rng(0))
    assert not late.has_phone.any()


def test_each_way_of_writing_has_the_same_digits(batch: Batch) -> None:
    contacts = batch.profiles.contacts
    own = np.flatnonzero(contacts.has_phone & (contacts.plan == contacts.country))
    for person in own[:50].tolist():
        national = contacts.national[person]
        written = [re.sub(r"\D", "", contacts.phone(at, person)) for at in (0.0, 0.6, 0.8, 0.9)]
        assert all(text.endswith(national) for text in written)


def test_names_come_in_several_scripts(batch: Batch) -> None:
    names = pd.Series([name for name in batch.profiles.contacts.name if name])
    assert 0 < names.isna().mean() + (len(batch.profiles.contacts.name) - len(names)) / len(names) < 0.1
    for script in ("[A-Z]", "[\u0370-\u03ff]", "[\u0400-\u04ff]", "[\u0600-\u06ff]", "[\u4e00-\u9fff]"):
        assert names.str.contains(script).any(), script
