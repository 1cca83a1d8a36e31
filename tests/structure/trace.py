"""How much code five operations run through: functions, files, and how deep the calls go.

What is counted are calls of functions of licensekit in the calling thread, by the name of the function and its file;
comprehensions and generator expressions count as functions of their own where the interpreter gives them a frame (up to
Python 3.11). The depth is the highest number of frames of licensekit that are on the stack together. Each operation
runs once before it is measured, on a folder of its own, so that neither the import of a module nor a cache that fills
on first use is counted.

The ratchet is the highest that each figure may be. Lower it when the code has become simpler, and raise it only with a
reason in the commit.

Run: python -m tests.structure.trace
"""

import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import Final, NamedTuple

import licensekit
from licensekit import Licensing, Verifier
from licensekit.installation import Installation
from licensekit.issuer import Workspace
from licensekit.state.home import open_installation
from tests import workspaces
from tests.samples.sample_files import NOW, SampleFiles, sample_files

PACKAGE: Final = str(Path(licensekit.__file__).parent)
Operation = Callable[[], object]


class Figures(NamedTuple):
    """What one operation runs through."""

    functions: int
    files: int
    depth: int


RATCHET: Final = {
    "verify": Figures(functions=39, files=12, depth=10),
    "first order": Figures(functions=261, files=42, depth=13),
    "issue": Figures(functions=255, files=42, depth=12),
    "activate": Figures(functions=395, files=45, depth=19),
    "allows": Figures(functions=1, files=1, depth=1),
}


class Setting(NamedTuple):
    """What an operation is prepared with: a folder of its own, and what closes at the end."""

    folder: Path
    sample: SampleFiles
    closing: ExitStack


def verify(setting: Setting) -> Operation:
    """Prepare the verification of one license file by a verifier that is there."""
    verifier = Verifier(root=setting.sample.root, pack=setting.sample.pack)
    return lambda: verifier.verify(setting.sample.license, now=NOW)


def first_order(setting: Setting) -> Operation:
    """Prepare to propose and sign the first order of a workspace that was made just now."""
    return _issue(setting.closing.enter_context(workspaces.make(setting.folder / "workspace")))


def issue(setting: Setting) -> Operation:
    """Prepare to propose and sign one order, in a workspace that has issued another one."""
    workspace = setting.closing.enter_context(workspaces.make(setting.folder / "workspace"))
    workspaces.issue(workspace)
    return _issue(workspace)


def _issue(workspace: Workspace) -> Operation:
    key = workspaces.signer(workspace)
    order, now = workspaces.ordered(), workspaces.NOW
    return lambda: workspace.propose_issue(order, now=now).sign(key, who=workspaces.WHO)


def activate(setting: Setting) -> Operation:
    """Prepare the first activation of an installation that is open and has made a request."""
    place = setting.folder / "installation"
    open_installation(place, create=True).close()
    installation = setting.closing.enter_context(
        Installation.open(place, root=setting.sample.root, pack=setting.sample.pack, clock=lambda: NOW)
    )
    installation.request(with_facts=False)
    return lambda: installation.activate(setting.sample.license)


def allows(setting: Setting) -> Operation:
    """Prepare the question about one code of an installation that has it."""
    activate(setting)()
    licensing = setting.closing.enter_context(
        Licensing.open(
            setting.folder / "installation",
            root=setting.sample.root,
            pack=setting.sample.pack,
            clock=lambda: NOW,
            watch=False,
        )
    )
    code = "server"
    return lambda: licensing.allows(code)


OPERATIONS: Final[Mapping[str, Callable[[Setting], Operation]]] = {
    "verify": verify,
    "first order": first_order,
    "issue": issue,
    "activate": activate,
    "allows": allows,
}


def trace(operation: Operation) -> Figures:
    """Run `operation` and count what it runs through."""
    functions: set[tuple[str, str]] = set()
    deepest = 0

    def count(frame: FrameType, event: str, _argument: object) -> None:
        nonlocal deepest
        code = frame.f_code
        if event == "call" and _is_ours(frame):
            functions.add((code.co_filename, code.co_qualname))
            deepest = max(deepest, _depth(frame))

    sys.setprofile(count)
    try:
        operation()
    finally:
        sys.setprofile(None)
    return Figures(len(functions), len({file for file, _ in functions}), deepest)


def measure() -> dict[str, Figures]:
    """Run each operation twice, and return the figures of the second time."""
    sample = sample_files()
    figures: dict[str, Figures] = {}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as closing:
        for name, prepare in OPERATIONS.items():
            warm, measured = (
                prepare(Setting(Path(folder, f"{name}-{stage}"), sample, closing)) for stage in ("warm", "measured")
            )
            warm()
            figures[name] = trace(measured)
    return figures


def main() -> int:
    """Print the figures beside the ratchet; return 1 if one is above it, else 0."""
    is_above = False
    print(f"{'operation':<12}{'functions':>18}{'files':>18}{'depth':>18}")
    for name, figures in measure().items():
        cells: list[str] = []
        for figure, most in zip(figures, RATCHET[name], strict=True):
            is_above = is_above or figure > most
            cells.append(f"{figure} (at most {most})" + ("!" if figure > most else ""))
        print(f"{name:<12}" + "".join(f"{cell:>18}" for cell in cells))
    return 1 if is_above else 0


def _is_ours(frame: FrameType) -> bool:
    return frame.f_code.co_filename.startswith(PACKAGE)


def _depth(frame: FrameType | None) -> int:
    depth = 0
    while frame is not None:
        depth += _is_ours(frame)
        frame = frame.f_back
    return depth


if __name__ == "__main__":
    sys.exit(main())
