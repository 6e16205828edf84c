"""What all tests of petitions share: documents are numbered, frozen and delivered, but only where they are read are they set in type."""

import pytest


@pytest.fixture(autouse=True)
def set_by_hand(request):
    """
    Spare the typesetting of letters, a third of the time of these tests; their templates are filled in all the same.

    A test or a module that reads a printed letter says so: pytest.mark.printed.
    """
    if not request.node.get_closest_marker("printed"):
        request.getfixturevalue("unprinted")
