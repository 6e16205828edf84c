"""Two people at once, on connections of their own, with real commits."""

import threading

from django.core.exceptions import ValidationError
from django.db import connections

from tests import factories as make


def at_once(*deeds):
    """Run (user, function) pairs at the same moment; return what each gave: a value, or the sentence of its refusal."""
    barrier, results = threading.Barrier(len(deeds)), [None] * len(deeds)

    def run(position, user, deed):
        try:
            barrier.wait(10)
            with make.as_(user):
                results[position] = deed()
        except ValidationError as refusal:
            results[position] = " ".join(refusal.messages)
        except Exception as error:
            results[position] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(n, *pair)) for n, pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results
