"""Addresses of the ledgers that can be taken out."""

from tests.house.objects import Made


def objects(made: Made) -> dict:
    return {("registry:ledger", "code"): "plaques", ("registry:ledger-export", "code"): "plaques"}
