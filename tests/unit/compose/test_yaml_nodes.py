"""A YAML file as its nodes."""

from __future__ import annotations

import pytest

from dockgate.compose import yaml_nodes
from dockgate.compose.yaml_nodes import child, documents, entries, pairs, scalar


def test_the_documents_of_a_text_are_read_whatever_their_length() -> None:
    """Long ones by another loader, which reads the same."""
    for text in ("a: 1\n---\nb: 2\n", f"a: 1\n---\nb: 2\n#{' ' * yaml_nodes.FAST}\n"):
        assert [[key for key, _ in pairs(tree)] for tree in documents(text)] == [["a"], ["b"]]


@pytest.mark.parametrize("text", ["a: [", f"#{' ' * yaml_nodes.FAST}\n{'[' * 500}"], ids=["open", "deep"])
def test_what_is_no_yaml_is_said(text: str) -> None:
    with pytest.raises(ValueError, match=r"^not YAML: "):
        documents(text)


def test_merged_keys_are_yielded_in_their_place() -> None:
    (tree,) = documents("a: &a {x: 1}\nb: &b {y: 2, <<: *a}\nc: {<<: [*a, *b], z: 3}\nd: {<<: *b}\n")
    assert [key for key, _ in pairs(child(tree, "c"))] == ["x", "y", "x", "z"]
    assert [(key, scalar(value)) for key, value in pairs(child(tree, "d"))] == [("y", "2"), ("x", "1")]
    assert list(pairs(child(child(tree, "a"), "x"))) == []
    assert list(pairs(None)) == []


def test_a_mapping_that_merges_itself_ends() -> None:
    (tree,) = documents("a: &a {x: 1, <<: *a}\n")
    assert [key for key, _ in pairs(child(tree, "a"))] == ["x"] * yaml_nodes.DEEPEST


def test_children_entries_and_scalars() -> None:
    (tree,) = documents("a: [1, 2]\nb: ''\nc: {x: 1}\nd: 3\nd: 4\n1: e\n")
    assert [scalar(each) for each in entries(child(tree, "a"))] == ["1", "2"]
    assert entries(child(tree, "b")) == entries(child(tree, "none")) == ()
    assert [scalar(each) for each in entries(child(tree, "c"))] == [""]
    assert [scalar(child(tree, key)) for key in ("d", "1", "none")] == ["4", "e", ""]
