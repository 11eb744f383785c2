"""Resolution: links become persons, strangers stay apart, and nothing depends on the order."""

import random
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from features.identity import resolution
from features.identity.config import IdentityConfig, KindConfig
from features.identity.resolution import resolve
from tests.features.identity.graphs import NAMES, Link, Node, graph_of, groups, limited, persons

ANN, BOB, CAT, DAN = (("c", name) for name in ("ann", "bob", "cat", "dan"))
MAIL, CARD, CALL, TABLET, WEB, APP = ("e", "m"), ("l", "1"), ("p", "7"), ("d", "t"), ("a", "w"), ("a", "x")

node = st.tuples(st.sampled_from("cccelpda"), st.sampled_from("123456"))
link = st.tuples(node, node, st.integers(1, 4))
tight = IdentityConfig(
    kinds={name: KindConfig(limit=2, owners=2) for name in ("customer_id", "email", "phone", "loyalty_card")}
    | {"device_id": KindConfig(limit=2), "anonymous_id": KindConfig(limit=3)}
)


def together(found: set[frozenset[Node]], *nodes: Node) -> bool:
    return any(set(nodes) <= group for group in found)


def test_two_accounts_with_one_card_are_one_person() -> None:
    assert persons([(ANN, CARD, 1), (BOB, CARD, 2)]) == {frozenset({ANN, BOB, CARD})}


def test_device_of_one_customer_is_theirs() -> None:
    assert persons([(ANN, WEB, 1), (ANN, APP, 2)]) == {frozenset({ANN, WEB, APP})}


def test_shared_tablet_makes_nobody_one() -> None:
    found = persons([(ANN, TABLET, 1), (BOB, TABLET, 2), (ANN, WEB, 1)])
    assert found == {frozenset({ANN, WEB}), frozenset({BOB}), frozenset({TABLET})}


def test_tablet_of_two_accounts_of_one_person_is_theirs() -> None:
    found = persons([(ANN, TABLET, 1), (BOB, TABLET, 2), (ANN, MAIL, 3), (BOB, MAIL, 4)])
    assert found == {frozenset({ANN, BOB, TABLET, MAIL})}


def test_number_of_a_call_centre_makes_nobody_one() -> None:
    found = persons([(who, CALL, at) for at, who in enumerate((ANN, BOB, CAT, DAN))])
    assert len(found) == 5


def test_visitors_with_one_email_are_one_person_before_there_is_an_account() -> None:
    assert persons([(WEB, MAIL, 1), (APP, MAIL, 2)]) == {frozenset({WEB, APP, MAIL})}


def test_beyond_a_limit_the_earliest_values_are_kept() -> None:
    config = limited(IdentityConfig(), email=2)
    mails = [("e", "first"), ("e", "second"), ("e", "third")]
    found = persons([(ANN, mails[2], 3), (ANN, mails[0], 1), (ANN, mails[1], 2)], config)
    assert found == {frozenset({ANN, mails[0], mails[1]}), frozenset({mails[2]})}


def test_beyond_a_limit_of_accounts_the_chain_breaks_where_it_is_youngest() -> None:
    config = limited(IdentityConfig(), customer_id=2)
    found = persons([(ANN, MAIL, 1), (BOB, MAIL, 2), (BOB, CARD, 3), (CAT, CARD, 4)], config)
    assert together(found, ANN, BOB, MAIL, CARD)
    assert frozenset({CAT}) in found


def test_equal_times_are_decided_by_value() -> None:
    config = limited(IdentityConfig(), email=1)
    found = persons([(ANN, ("e", "z"), 1), (ANN, ("e", "b"), 1)], config)
    assert together(found, ANN, ("e", "b"))


def test_what_a_strong_kind_says_is_not_undone_by_a_weak_one() -> None:
    """The card comes late, yet the email has its way: a priority is stronger than a time."""
    config = limited(IdentityConfig(), customer_id=2)
    found = persons([(ANN, CARD, 1), (BOB, CARD, 1), (BOB, MAIL, 9), (CAT, MAIL, 9)], config)
    assert together(found, BOB, CAT)
    assert not together(found, ANN, BOB)


def test_person_is_known_by_the_account_that_was_seen_first() -> None:
    graph, nodes = graph_of([(BOB, MAIL, 1), (ANN, MAIL, 2), (WEB, BOB, 0)], IdentityConfig())
    chief = resolve(graph).chief
    assert {nodes[i] for i in chief} == {BOB}


def test_equally_old_accounts_are_put_in_order_by_value() -> None:
    graph, nodes = graph_of([(BOB, MAIL, 1), (ANN, MAIL, 1)], IdentityConfig())
    assert {nodes[i] for i in resolve(graph).chief} == {ANN}


def test_nothing_is_resolved_to_nothing() -> None:
    assert persons([]) == set()


@given(st.lists(link, max_size=40), st.randoms(use_true_random=False))
def test_neither_order_nor_repetition_of_links_matters(links: list[Link], order: random.Random) -> None:
    again = [*links, *links[::2]]
    order.shuffle(again)
    turned = [(b, a, at) if order.random() < 0.5 else (a, b, at) for a, b, at in again]
    assert persons(links, tight) == persons(turned, tight)
    assert chiefs(links) == chiefs(turned)


def chiefs(links: Sequence[Link]) -> dict[Node, Node]:
    graph, nodes = graph_of(links, tight)
    return {n: nodes[i] for n, i in zip(nodes, resolve(graph).chief.tolist(), strict=True)}


@given(st.lists(link, max_size=60))
def test_nobody_has_more_values_of_a_kind_than_its_limit(links: list[Link]) -> None:
    for group in persons(links, tight):
        for kind, count in Counter(kind for kind, _ in group).items():
            assert count <= tight.kind(NAMES[kind]).limit


@given(st.lists(link, max_size=60))
def test_kept_links_and_they_alone_make_persons(links: list[Link]) -> None:
    graph, nodes = graph_of(links, tight)
    found = resolve(graph)
    strong, weak = graph.strong[found.kept], graph.weak[found.kept]
    assert (found.person[strong] == found.person[weak]).all()
    again = resolve(graph.only(found.kept))
    assert groups(again, nodes) == groups(found, nodes)
    assert not found.shared[weak[graph.kind[weak] != graph.kind[strong]]].any()


@given(st.lists(link, max_size=30), st.lists(link, max_size=30))
def test_parts_that_no_link_joins_are_resolved_apart(here: list[Link], there: list[Link]) -> None:
    away = [((a[0], "away" + a[1]), (b[0], "away" + b[1]), at) for a, b, at in there]
    assert persons([*here, *away], tight) == persons(here, tight) | persons(away, tight)


@given(st.lists(link, max_size=40), link)
def test_a_link_that_is_taken_back_leaves_no_trace(links: list[Link], more: Link) -> None:
    before = persons(links, tight)
    with_it = [*links, more]
    without = [one for at, one in enumerate(with_it) if at != len(links)]
    assert persons(without, tight) == before


def test_values_that_are_linked_with_each_other_join_no_more_than_one_of_them_may() -> None:
    mine, yours, spare = ("d", "1"), ("d", "2"), ("d", "3")
    own: list[Link] = [(ANN, mine, 1), (BOB, yours, 1)]
    assert persons([*own, (mine, yours, 1)]) == {frozenset({ANN, mine}), frozenset({BOB, yours})}
    assert together(persons([own[0], (mine, yours, 1)]), ANN, mine, yours)
    assert together(persons([(mine, yours, 1), (yours, spare, 1)]), mine, yours, spare)


def test_what_is_linked_with_a_shared_value_of_its_kind_is_not_shared_itself() -> None:
    found = persons([(ANN, TABLET, 1), (BOB, TABLET, 1), (CAT, ("d", "own"), 1), (TABLET, ("d", "own"), 1)])
    assert found == {frozenset({one}) for one in (ANN, BOB, TABLET)} | {frozenset({CAT, ("d", "own")})}


@given(st.lists(link, max_size=50))
@example([(("c", "1"), ("d", "2"), 1), (("c", "2"), ("d", "1"), 1), (("d", "1"), ("d", "2"), 1)])
def test_devices_never_make_two_customers_one(links: list[Link]) -> None:
    """Persons as the other kinds make them, and with devices: the same customers are one."""
    strong = [one for one in links if one[0][0] not in "da" and one[1][0] not in "da"]

    def customers(found: set[frozenset[Node]]) -> set[frozenset[Node]]:
        return {frozenset(n for n in group if n[0] == "c") for group in found} - {frozenset()}

    extra = [n for one in links for n in one[:2]]
    config = IdentityConfig()
    without, nodes = graph_of(strong, config, extra)
    whole, all_nodes = graph_of(links, config, extra)
    assert customers(groups(resolve(without), nodes)) == customers(groups(resolve(whole), all_nodes))


@pytest.mark.parametrize("size", [3_000])
def test_a_value_that_thousands_share_is_no_burden(size: int) -> None:
    links: list[Link] = [(("c", str(i)), CALL, i) for i in range(size)]
    links += [(("c", str(i)), ("e", str(i // 2)), i) for i in range(size)]
    found = persons(links)
    assert len(found) == size // 2 + 1


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=40))
def test_few_links_are_followed_as_many_are(pairs: list[tuple[int, int]]) -> None:
    one, other = (np.array(ends, np.int64) for ends in zip(*pairs, (0, 0), strict=True))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(resolution, "_FEW", -1)
        many = resolution._components(31, one, other)
    few = resolution._components(31, one, other)
    assert len({*zip(few.tolist(), many.tolist(), strict=True)}) == len(set(few.tolist())) == len(set(many.tolist()))


def test_many_values_of_one_person_are_resolved_too() -> None:
    links: list[Link] = [(ANN, ("a", str(i)), i) for i in range(1_000)]
    graph, _ = graph_of(links, IdentityConfig())
    found = resolve(graph)
    assert np.bincount(found.person).max() == 201
