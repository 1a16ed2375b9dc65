from pyloto_stream.stores.values import Data, merged


def test_merging_alters_neither_side() -> None:
    old: Data = {"m": {"a": 1}}
    new: Data = {"m": {"b": {"c": 1}}}
    assert merged(old, new) == {"m": {"a": 1, "b": {"c": 1}}}
    assert (old, new) == ({"m": {"a": 1}}, {"m": {"b": {"c": 1}}})


def test_a_map_replaces_a_value_and_a_value_replaces_a_map() -> None:
    assert merged({"a": 1, "b": {"x": 1}}, {"a": {"y": 1}, "b": None}) == {"a": {"y": 1}, "b": None}
