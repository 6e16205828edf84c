"""One prompt of the walk's person: nothing falls due on that day, so the deed is refused and changes nothing."""


def objects(made) -> dict:
    return {("registry:prompt-done", "kind"): "card-idle", ("registry:prompt-done", "day"): "2026-10-05"}
