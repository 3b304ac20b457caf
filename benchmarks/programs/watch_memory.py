"""Log points and print how much resident memory that added, in bytes.

Usage: watch_memory.py STORE COUNT. Imports nothing that a bare interpreter hasn't, so that
all that `runlore` needs is counted. Prints the total before, then what the moment of
greatest total added: anonymous, of mapped files, shared.
"""

import sys

KINDS = ("RssAnon:", "RssFile:", "RssShmem:")


def resident() -> tuple[int, ...]:
    """Return the resident memory of this process by kind, in bytes."""
    with open("/proc/self/status", encoding="ascii") as file:
        lines = [line.split() for line in file]
    return tuple(int(line[1]) * 1024 for kind in KINDS for line in lines if line[0] == kind)


def main(store: str, count: int) -> None:
    """Log `count` points, one a call, looking at the memory every 10,000."""
    before = resident()
    import runlore

    run = runlore.start_run("bench", store=store)
    greatest = before
    for step in range(count):
        run.log({"loss": 0.31}, step=step)
        if step % 10_000 == 0:
            greatest = max(greatest, resident(), key=sum)
    run.finish()
    print(sum(before), *(now - then for now, then in zip(greatest, before, strict=True)))


main(sys.argv[1], int(sys.argv[2]))
