"""A program of a fleet: it asks questions and holds a seat until its standard input ends, and prints how that went.

It runs with whatever version of the package it finds.
"""

import json
import sys
import threading
import time
from collections import Counter

from licensekit import Licensing
from licensekit.errors import LicenseError
from licensekit.state.home import SCHEMA
from tests.homes import PIN
from tests.runtime.leases.competing_processes import CODE, PACK

TTL = 4


def main(place: str) -> None:
    """Print the schema once it runs, and at the end of input how many questions there were, and each that failed."""
    stop, failed, asked = threading.Event(), Counter[str](), 0

    def wait_for_the_end() -> None:
        sys.stdin.read()
        stop.set()

    threading.Thread(target=wait_for_the_end, daemon=True).start()
    with Licensing.open(place, root=PIN, pack=PACK) as licensing:
        lease = licensing.seat(CODE, holder="member", ttl=TTL, wait=10).take()
        print(SCHEMA.number, flush=True)
        while not stop.is_set():
            time.sleep(0.02)
            asked += 1
            try:
                licensing.user(f"user{asked}").access("windows")
                if not (licensing.allows("server") and licensing.count(CODE).total):
                    failed["denied"] += 1
                licensing.seat(CODE, holder="for a moment", ttl=TTL, wait=10).take().release()
                lease.check()
            except LicenseError as error:
                failed[f"{error.code}: {error}"] += 1
        lease.release()
    print(json.dumps({"asked": asked, "failed": failed}), flush=True)


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except LicenseError as error:
        print(error)
