"""What one process knows of consents and erasures, however many of its threads look at once."""

from features.consent.change import Change, ChangeKind
from features.consent.purposes import ALL, Consent
from features.consent.register import Register
from features.store.reader import Reader

REFUSED = Consent(ALL, 0)
CHANGES = [Change(1, "ann", ChangeKind.CONSENT, REFUSED), Change(2, "bob", ChangeKind.CONSENT, REFUSED)]


class Looked(Reader):
    """A reader with which another thread looks while the changes are being read."""

    def __init__(self) -> None:
        self.rights = 1

    def changes(self, number: int) -> tuple[list[Change], None]:
        found = [change for change in CHANGES if number < change.number <= self.rights]
        self.rights = len(CHANGES)
        return found, None


def test_what_comes_in_while_changes_are_read_is_not_left_out() -> None:
    register, reader = Register(), Looked()
    register.follow(reader)
    assert (register.stated("ann"), register.stated("bob")) == (REFUSED, None)
    register.follow(reader)
    assert register.stated("bob") == REFUSED
    assert register.number == 2


def test_the_same_changes_again_change_nothing() -> None:
    register = Register()
    for _ in range(2):
        register.take(CHANGES, None, 2)
    assert register.consents() == {"ann": REFUSED, "bob": REFUSED}
