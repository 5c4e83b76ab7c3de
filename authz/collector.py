"""Python's cyclic garbage collector, kept off the path of requests.

A full collection looks at every object: with 10,000 policies it stops all threads for some 20 ms. Accounts, plans and
cached answers form no cycles, so counting references frees them, and the collector need not look at them at all.
"""

import gc

# Young collections stay; a full one comes only after a hundred million objects outlived their youth.
_THRESHOLDS = (10_000, 10, 1_000)


def settle() -> None:
    """After the first load: collect once, and exempt all that lives from every later collection."""
    gc.set_threshold(*_THRESHOLDS)
    gc.collect()
    gc.freeze()


def exempt_new() -> None:
    """After a publication: exempt what came with it. Young garbage goes first, so that it is not kept for ever."""
    gc.collect(1)
    gc.freeze()
