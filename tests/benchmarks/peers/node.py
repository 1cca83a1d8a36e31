"""The reader in TypeScript beside npm's `jose`, in Node: both verify Ed25519 with the Web Cryptography API."""

import json
import os
import shutil
import subprocess
from base64 import urlsafe_b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.benchmarks.peers import claims, floors, ours
from tests.benchmarks.peers.compact_json import dumps
from tests.benchmarks.peers.figures import Row
from tests.benchmarks.peers.material import Material
from tests.benchmarks.peers.rounds import Contender, beyond, cold_costs, peak_of, warm_costs

TOP: Final = Path(__file__).parents[3]
READER: Final = TOP / "samples" / "readers" / "typescript"
JOSE: Final = TOP / "locks" / "jose"
WORKER: Final = Path(__file__).with_name("node_worker.mjs")
STATUS: Final = 'console.log(require("node:fs").readFileSync("/proc/self/status", "utf8"))'


def _base64(data: bytes) -> bytes:
    return urlsafe_b64encode(data).rstrip(b"=")


def floor_issuer(secret: bytes) -> Callable[[], bytes]:
    """Sign the array as JSON, which Node reads without a package."""
    key, payload = Ed25519PrivateKey.from_private_bytes(secret), dumps(floors.ARRAY).encode()
    return lambda: _base64(key.sign(payload) + payload)


def jwt_issuer(secret: bytes) -> Callable[[], bytes]:
    """Sign a JSON Web Token by hand."""
    key = Ed25519PrivateKey.from_private_bytes(secret)
    signed = b".".join(_base64(dumps(part).encode()) for part in ({"alg": "EdDSA"}, claims.NAMED))
    return lambda: signed + b"." + _base64(key.sign(signed))


class NodeCase(NamedTuple):
    """One reader, as `node_worker.mjs` knows it by `key`."""

    key: str
    name: str
    make: Callable[[], Material]
    issuer: Callable[[bytes], Callable[[], bytes]]
    better: str = ""
    """What it does better than our reader."""


FLOOR: Final = "floor in Node"
CASES: Final = (
    NodeCase("floor", FLOOR, floors.ed25519_keys, floor_issuer),
    NodeCase("verified", "licensekit-reader", ours.ed25519_keys, ours.issuer),
    NodeCase("taken", "licensekit-reader, taken", ours.ed25519_keys, ours.issuer),
    NodeCase("jose", "jose", floors.ed25519_keys, jwt_issuer, "signs and encrypts; one standard everywhere"),
)


def rows(folder: Path, rounds: int) -> tuple[list[Row], list[str]]:
    """Return what was measured, and why something was not."""
    if not (shutil.which("node") and shutil.which("npm")):
        return [], ["the readers in TypeScript: there is no node or no npm here"]
    try:
        _install(folder)
    except subprocess.CalledProcessError as error:
        return [], [f"the readers in TypeScript: `{' '.join(error.cmd)}` failed: {error.stderr.strip()}"]
    return _measured(folder, rounds), []


def _install(folder: Path) -> None:
    """Build the reader, and install `jose` from its lock."""
    ignored = shutil.ignore_patterns("node_modules", "dist")
    shutil.copytree(JOSE, folder, ignore=ignored)
    shutil.copytree(READER, folder / "reader", ignore=ignored)
    shutil.copy(WORKER, folder)
    quietly = ("--silent", "--no-audit", "--no-fund")
    commands = ((folder, "npm", "ci", *quietly), (folder / "reader", "npm", "ci", *quietly))
    for within, *command in (*commands, (folder / "reader", "npm", "run", "--silent", "build")):
        subprocess.run(command, cwd=within, check=True, capture_output=True, text=True)


def _version(folder: Path) -> str:
    return str(json.loads((folder / "package.json").read_text("utf-8"))["version"])


def _measured(folder: Path, rounds: int) -> list[Row]:
    environment = {**os.environ, "NODE_NO_WARNINGS": "1"}
    sizes: dict[str, int] = {}
    contenders: list[Contender] = []
    for case in CASES:
        files, material = folder / case.key, case.make()
        files.mkdir()
        text = case.issuer(material.secret)()
        (files / "public").write_bytes(material.public)
        (files / "license").write_bytes(text)
        sizes[case.name] = len(text)
        warm = ["node", str(folder / WORKER.name), case.key, str(files)]
        contenders.append(Contender(case.name, FLOOR, warm, [*warm, "once"], files, environment))
    verify = warm_costs(contenders, "verify", rounds=rounds)
    cold, peaks = cold_costs(contenders, rounds=(rounds + 1) // 2)
    bare = peak_of(["node", "-e", STATUS], folder, environment)
    versions = {FLOOR: "Web Crypto", "jose": _version(folder / "node_modules" / "jose")}
    reader = _version(folder / "reader")
    return [
        Row(name, versions.get(name, reader), "Ed25519", FLOOR, size, size, None, verify[name], cold[name],
            beyond(peaks[name], bare))
        for name, size in sizes.items()
    ]  # fmt: skip
