"""What was said under several ids is the person's."""

import pyarrow as pa

from features.interests.told import Declared, Told
from features.tables.settled import settled_told
from features.tables.statics import Statics

PERSONS = Statics(members=pa.array(["ann2", "anon:web"]), persons=pa.array(["ann", "ann"]))


def test_the_later_declaration_counts_whichever_id_it_came_under() -> None:
    said = {
        "ann": Told((Declared("Mugs", 1),), ("Toys",)),
        "bob": Told((Declared("Toys", 2),)),
        "ann2": Told((Declared("Pots", 3), Declared("Toys", 3))),
        "anon:web": Told(removed=("Pots",)),
    }
    found = settled_told(said, PERSONS)
    assert found == {"ann": Told((Declared("Toys", 3),), ("Pots",)), "bob": said["bob"]}


def test_nobody_said_anything() -> None:
    assert settled_told({}, PERSONS) == {}
