import pytest

from segmentation.insight.names import name_groups, name_segments
from segmentation.insight.playbook import Playbook
from segmentation.insight.traits import Trait


def high(column: str, strength: float = 1.0) -> Trait:
    return Trait(column, None, strength, 150.0, 10.0)


def level(column: str, name: str, strength: float = 1.0) -> Trait:
    return Trait(column, name, strength, 200.0, 0.6)


BOOK = Playbook.model_validate(
    {
        "words": {
            "age": {"high": "older", "low": "young"},
            "orders": {"high": "frequent", "low": "occasional"},
            "category": {"level": "{level} buyers", "noun": True},
            "town": {"level": "from {level}"},
        }
    }
)


def name(*traits: Trait) -> str:
    return name_segments({1: list(traits)}, BOOK)[1]


def test_names_are_the_playbooks_words_for_the_strongest_traits() -> None:
    assert name(high("age", -2), level("category", "Toys")) == "Young Toys buyers"
    assert name(level("category", "Toys", 2), high("orders")) == "Frequent Toys buyers"
    assert name(high("age"), high("orders"), high("rent")) == "Older frequent customers"
    assert name() == "Other customers"
    assert name_segments({1: []}, BOOK, average={1}) == {1: "Average customers"}


def test_no_word_gainsays_the_noun() -> None:
    card = {"high": "frequent card users", "low": "using the card little", "noun": True}
    orders = {"high": "frequent", "low": "occasional"}
    age = {"high": "older", "low": "young"}
    book = Playbook.model_validate({"words": {"orders": orders, "card": card, "age": age}})
    traits = [high("orders", -3), high("card", 2), high("age", 1)]
    assert name_segments({1: traits}, book) == {1: "Older frequent card users"}


def test_who_declined_stands_behind_all_else() -> None:
    before = {"outcome": {"levels": {"failure": "who declined"}}, "asked": {"high": "not new"}}
    traits = [level("outcome", "failure", 2), high("asked")]
    book = Playbook.model_validate({"words": before})
    assert name_segments({1: traits}, book) == {1: "Customers not new who declined"}


def test_a_column_without_words_is_named_by_its_own() -> None:
    assert name(high("floor_area")) == "Customers with high floor area"
    assert name(high("age", -2), high("floor_area", -1)) == "Young customers with low floor area"
    assert name_segments({1: [high("rent"), level("pet", "cat")]}, Playbook()) == {
        1: "Customers with high rent"  # with the pet, more than six words
    }


def test_more_traits_tell_alike_segments_apart_and_then_a_number() -> None:
    alike = [high("age", 3), high("orders", 2)]
    names = name_segments({1: alike, 2: [*alike, high("rent")], 3: alike, 4: alike}, BOOK)
    assert names == {
        1: "Older frequent customers",
        2: "Older frequent customers with high rent",
        3: "Older frequent customers (2)",
        4: "Older frequent customers (3)",
    }


def test_one_trait_alone_is_said_with_a_fainter_one() -> None:
    only = {1: [high("age", 0.8)]}
    names = name_segments(only, BOOK, faint={1: [high("orders", 0.4), high("rent", 0.3)]})
    assert names == {1: "Older frequent customers"}


def test_of_alike_segments_the_later_is_called_by_what_the_other_lacks() -> None:
    alike = [high("age", 3), high("orders", 2), level("category", "Toys", 1.5)]
    names = name_segments({1: alike, 2: [*alike, level("town", "Bonn", 1)]}, BOOK)
    assert names == {1: "Older Toys buyers", 2: "Older frequent customers from Bonn"}


def test_fainter_traits_and_worth_tell_alike_segments_apart_before_a_number() -> None:
    alike = [high("age", 3), high("orders", 2)]
    names = name_segments(
        dict.fromkeys(range(1, 5), alike),
        BOOK,
        faint={2: [level("town", "Bonn", 0.3)]},
        value={1: 90.0, 2: 70.0, 3: 50.0, 4: 20.0},
    )
    assert names == {
        1: "Older frequent customers",
        2: "Older frequent customers from Bonn",
        3: "Lower-value older frequent customers",
        4: "Lowest-value older frequent customers",
    }


def test_a_word_that_holds_for_both_does_not_tell_two_segments_apart() -> None:
    spends = [high("spend", 1.2), high("orders", 1.1)]
    less = {2: [high("rent", 0.4), high("age", 0.3)]}
    names = name_segments({1: [*spends, high("rent", 1.0)], 2: spends}, BOOK, faint=less)
    assert "rent" not in names[1]
    assert "older" in names[2]
    less = {2: [high("rent", 0.4)]}
    names = name_segments(
        {1: [*spends, high("rent", 1.0)], 2: spends}, BOOK, faint=less, value={1: 9.0, 2: 4.0}
    )
    assert names[2].startswith("Lower-value ")


def test_a_matched_segment_keeps_its_name_even_when_its_traits_have_moved() -> None:
    names = name_segments({1: [high("age")], 2: [high("orders")]}, BOOK, reference={2: "Champions"})
    assert names == {1: "Older customers", 2: "Champions"}


def test_a_name_by_hand_comes_before_the_references() -> None:
    book = BOOK.model_copy(update={"names": {1: "Regulars"}})
    names = name_segments({1: [], 2: []}, book, reference={1: "Old name", 2: "regulars"})
    assert names == {1: "Regulars", 2: "regulars (2)"}


def test_no_name_is_given_twice_whatever_its_case() -> None:
    reference = {7: "older CUSTOMERS", 8: "Older customers (2)"}  # of segments that are gone
    book = BOOK.model_copy(update={"names": {9: "Older customers (3)"}})
    names = name_segments({1: [high("age")], 2: [high("age")]}, book, reference=reference)
    assert names == {1: "Older customers (4)", 2: "Older customers (5)"}
    twenty = name_segments({i: [high("age")] for i in range(1, 21)}, BOOK)
    assert len({n.casefold() for n in twenty.values()}) == 20


@pytest.mark.parametrize(
    "text", ["Häuser & Gärten", "a \"b\" 'c'", "<script>x</script>", "a|b", "{0}"]
)
def test_any_text_may_stand_in_a_name(text: str) -> None:
    assert name(level("category", text)) == f"{text[0].upper()}{text[1:]} buyers"
    assert text in name(level(text, text))


def test_names_differ_by_more_than_the_order_of_their_words() -> None:
    first, second = [high("age", 3), high("orders", 2)], [high("orders", 3), high("age", 2)]
    names = name_segments({1: first, 2: [*second, high("rent")], 3: second}, BOOK)
    assert names[1] == "Older frequent customers"
    assert len({frozenset(each.casefold().split()) for each in names.values()}) == 3


def test_no_two_groups_are_called_the_same() -> None:
    lower = [high("income", -3), high("age", -2)]
    names = name_groups({1: lower, 2: lower, 3: lower})
    assert names == {
        1: "Group 1 of 3: lower income",
        2: "Group 2 of 3: lower age",
        3: "Group 3 of 3",
    }


def test_long_and_broken_levels_are_cut_to_a_line() -> None:
    found = name(level("category", "very " * 50 + "\nlong"))
    assert "\n" not in found
    assert len(found) < 60


def test_groups_for_convenience_get_plain_names_only() -> None:
    names = name_groups(
        {1: [high("floor_area")], 2: [high("age", -2)], 5: [], 6: [level("c", "Toys")]}
    )
    assert names == {
        1: "Group 1: higher floor area",
        2: "Group 2: lower age",
        5: "Group 5",
        6: "Group 6: more often c Toys",
    }


def test_what_they_do_is_said_before_what_they_do_not() -> None:
    book = Playbook.model_validate(
        {
            "words": {
                name: {
                    "high": f"frequent {name} buyers", "low": f"infrequent {name} buyers",
                    "none": f"without {name} purchases", "also": f"with {name} purchases",
                    "noun": True,
                }
                for name in ("web", "store")
            }
            | {"orders": {"high": "frequent", "low": "occasional", "one": "one-time"}}
        }
    )  # fmt: skip

    def made(*traits: Trait) -> str:
        return name_segments({1: list(traits)}, book)[1]

    def low(column: str, index: float) -> Trait:
        return Trait(column, None, -2.0, index, 0.1)

    assert made(low("web", 50), high("store")) == "Frequent store buyers"
    assert made(low("web", 3), high("store")) == "Frequent store buyers without web purchases"
    assert made(low("web", 3)) == "Customers without web purchases"
    assert made(high("web", 2), high("store")) == "Frequent web buyers with store purchases"
    assert made(low("web", 50), high("orders", 1)) == "Infrequent web buyers"  # frequent and not?
    assert made(Trait("orders", None, -1.0, 40.0, 1.02)) == "One-time customers"
    assert made(Trait("orders", None, -1.0, 40.0, 2.0)) == "Occasional customers"


def test_a_name_has_six_words_at_most_and_says_nothing_twice() -> None:
    book = Playbook.model_validate(
        {
            "words": {
                "web": {"high": "frequent web buyers", "noun": True},
                "store": {"high": "frequent store buyers", "noun": True},
                "security": {"levels": {"Yes": "with security", "No": "without security",
                                        "No internet service": "without internet"}},
                "backup": {"levels": {"No internet service": "without internet"}},
                "internet": {"levels": {"No": "without internet"}, "about": "internet"},
                "spend": {"high": "big-spending", "about": "spend"},
                "spend_web": {"high": "big web-spending", "about": "spend"},
                "region": {"quiet": True},
            }
        }
    )  # fmt: skip

    def made(*traits: Trait) -> str:
        return name_segments({1: list(traits)}, book)[1]

    none = [level(column, "No internet service") for column in ("security", "backup")]
    assert made(*none, level("internet", "No")) == "Customers without internet"
    assert made(high("spend"), high("spend_web")) == "Big-spending customers"
    assert made(high("web"), high("store")) == "Frequent web buyers"  # one noun
    assert made(level("region", "3"), high("spend")) == "Big-spending customers"  # no codes
    assert made(level("other", "(other)")) == "Other customers"
    many = [high(f"long column number {i}") for i in range(4)]
    assert made(high("spend"), *many) == "Big-spending customers"
