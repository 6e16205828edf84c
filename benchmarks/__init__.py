"""How fast the portal is against what somebody would use instead. `make bench`; never part of the tests."""
