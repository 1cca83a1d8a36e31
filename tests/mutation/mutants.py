"""Mutants: copies of a module that differ from it in one small way, as a slip of the hand would."""

import ast
import copy
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, NamedTuple, cast

ROOT: Final = Path(__file__).parents[2]
TARGETS: Final = (
    "licensekit/wire/**/*.py",
    "licensekit/trust/*.py",
    "licensekit/entitlements/*.py",
    "licensekit/dates.py",
    "licensekit/state/slots.py",
    "licensekit/state/seats.py",
    "licensekit/state/time.py",
    "licensekit/runtime/leasing.py",
    "licensekit/runtime/observer.py",
    "licensekit/runtime/seat.py",
    "licensekit/runtime/seats.py",
)
"""What the score is about: the format, trust, what is granted, and the engines of slots, seats and time."""
DECLARATIONS: Final = "<declarations>"
"""Scope of what runs while a module is imported: constants, fields of structs, defaults of arguments."""

_COMPARED: Final[dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_CALCULATED: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitAnd,
}
_CALLED: Final = {"min": "max", "max": "min", "any": "all", "all": "any"}
_NOT_RUN: Final = {"annotation", "returns", "format_spec", "type_params", "decorator_list"}
"""Fields that are types, or text that a mutant would only make unreadable."""


class Mutant(NamedTuple):
    """One change of one module."""

    identity: str  # of the change and of the function's code, without its docstring or its place
    path: str  # of the module, from the root of the checkout
    scope: str  # the function
    line: int
    operator: str
    before: str
    after: str  # the statement, in short
    lines: tuple[int, ...]  # of the statement
    number: int  # of the change within the module


class _Place(NamedTuple):
    """Where a node hangs in its tree."""

    parent: ast.AST
    field: str
    at: int | None  # within a list

    def put(self, node: ast.AST) -> None:
        if self.at is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.at] = node


class _Change(NamedTuple):
    place: _Place
    node: ast.AST
    instead: ast.AST
    operator: str
    scope: str
    statement: ast.stmt
    function: ast.AST

    @contextmanager
    def made(self) -> Generator[None]:
        """Make the change in the tree, for a block."""
        self.place.put(self.instead)
        try:
            yield
        finally:
            self.place.put(self.node)


class Module:
    """A module, and all changes of it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.source = path.read_text("utf-8")
        self.tree = ast.parse(self.source)
        self._changes = list(_changes(self.tree))

    def mutants(self) -> Iterator[Mutant]:
        """Yield every mutant, in the order of the source."""
        path = str(self.path.relative_to(ROOT)).replace("\\", "/")
        seen: dict[str, int] = {}
        for number, change in enumerate(self._changes):
            before = _shown(change.statement)
            with change.made():
                whole = change.node is change.statement
                after = _shown(change.instead if whole and isinstance(change.instead, ast.stmt) else change.statement)
            if before == after:
                continue
            function = _code_of(change.function) if change.scope != DECLARATIONS else before
            told = f"{path}\n{change.scope}\n{function}\n{change.operator}\n{before}\n{after}"
            seen[told] = seen.get(told, 0) + 1
            identity = sha256(f"{told}\n{seen[told]}".encode()).hexdigest()[:12]
            first = change.statement.lineno
            # Of a compound statement, its head alone.
            last: int = getattr(change.node, "end_lineno", None) or first
            lines = tuple(range(min(first, getattr(change.node, "lineno", first)), last + 1))
            line = getattr(change.node, "lineno", first)
            yield Mutant(identity, path, change.scope, line, change.operator, before, after, lines, number)

    def tree_of(self, number: int) -> ast.Module:
        """Return the tree of a mutant."""
        with self._changes[number].made():
            return copy.deepcopy(self.tree)


def _code_of(function: ast.AST) -> str:
    """Return the code of a function, whatever its docstring says."""
    if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return ast.dump(function)
    docstring = ast.get_docstring(function, clean=False)
    return ast.dump(function).replace(f"Expr(value=Constant(value={docstring!r})), ", "", 1)


def every_module() -> list[Module]:
    """Return the modules that are mutated, by path."""
    return [Module(path) for path in sorted({path for pattern in TARGETS for path in ROOT.glob(pattern)})]


def sample(mutants: Sequence[Mutant], size: int, seed: int) -> list[Mutant]:
    """Return mutants chosen by chance, in their order: those whose hash with the seed is least.

    So a function that changes takes only its own mutants out of the sample, and puts others into it.
    """

    def rank(one: Mutant) -> bytes:
        return sha256(f"{seed} {one.identity}".encode()).digest()

    last = sorted(map(rank, mutants))[:size][-1:]
    return [one for one in mutants if last and rank(one) <= last[0]]


def _changes(tree: ast.Module) -> Iterator[_Change]:
    yield from _within(tree, DECLARATIONS, tree, None)


def _within(node: ast.AST, scope: str, function: ast.AST, statement: ast.stmt | None) -> Iterator[_Change]:
    """Yield the changes of what is below a node."""
    for place, child in _children(node):
        if _is_inert(node, place, child):
            continue
        at = child if isinstance(child, ast.stmt) else statement
        outside = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) and place.field != "body"
        here, of = (_outer(scope), function) if outside else (scope, function)
        if at is not None:
            for operator, instead in _alternatives(child, place):
                ast.copy_location(instead, child)
                ast.fix_missing_locations(instead)
                yield _Change(place, child, instead, operator, here, at, of)
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            name = child.name if scope == DECLARATIONS else f"{scope}.{child.name}"
            inner = function if scope != DECLARATIONS and isinstance(function, ast.FunctionDef) else child
            yield from _within(child, name, inner, at)
        elif isinstance(child, ast.ClassDef) and scope == DECLARATIONS:
            yield from _of_class(child, at)
        else:
            yield from _within(child, here, of, at)


def _of_class(node: ast.ClassDef, statement: ast.stmt | None) -> Iterator[_Change]:
    for change in _within(node, DECLARATIONS, node, statement):
        scope = change.scope if change.scope == DECLARATIONS else f"{node.name}.{change.scope}"
        yield change._replace(scope=scope)


def _outer(scope: str) -> str:
    """Return where the defaults and decorators of a function run."""
    return scope.rpartition(".")[0] or DECLARATIONS


def _children(node: ast.AST) -> Iterator[tuple[_Place, ast.AST]]:
    for field, value in ast.iter_fields(node):
        if isinstance(value, ast.AST):
            yield _Place(node, field, None), value
        elif isinstance(value, list):
            many = cast("list[object]", value)
            yield from ((_Place(node, field, at), one) for at, one in enumerate(many) if isinstance(one, ast.AST))


def _is_inert(parent: ast.AST, place: _Place, child: ast.AST) -> bool:
    """Return whether a change here could not change what runs, or what runs here."""
    if place.field in _NOT_RUN or isinstance(child, ast.Assert | ast.Import | ast.ImportFrom | ast.expr_context):
        return True
    inert = False
    match parent, child:
        # A docstring, `...`, or names of attributes.
        case _, ast.Expr(value=ast.Constant()) | ast.Assign(targets=[ast.Name(id="__slots__")]):
            inert = True
        case _, ast.If(test=test) | ast.IfExp(test=test):  # types alone, or another platform
            inert = "TYPE_CHECKING" in ast.unparse(test) or "sys.platform" in ast.unparse(test)
        case ast.ClassDef(), _:
            inert = place.field == "bases"
        case ast.Call(func=ast.Name(id="cast")), _:
            inert = place.at == 0
        case ast.Subscript(value=value), _:
            inert = place.field == "slice" and _is_type(value)
        case _:
            pass
    return inert


def _is_type(node: ast.expr) -> bool:
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    generic = {"dict", "list", "set", "tuple", "frozenset", "type", "deque", "defaultdict"}
    return name in generic or (name[:1].isupper() and not name.isupper())


def _alternatives(node: ast.AST, place: _Place) -> Iterator[tuple[str, ast.AST]]:
    """Yield the replacements of a node, each with the name of its operator."""
    yield from _of_conditions(node, place)
    if isinstance(node, ast.stmt):
        yield from _of_statements(node)
    else:
        yield from _of_expressions(node)


def _of_statements(node: ast.stmt) -> Iterator[tuple[str, ast.AST]]:
    match node:
        case ast.Return(value=ast.expr() as value) if not _is_false(value):
            yield "return", _with(node, value=ast.Constant(None))
        case ast.AugAssign():
            yield "arithmetic", _with(node, op=_CALCULATED[type(node.op)]())
            yield "statement removed", ast.Pass()
        case ast.Raise() | ast.Expr() | ast.Delete() | ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield "statement removed", ast.Pass()
        case ast.Continue():
            yield "jump", ast.Break()
        case ast.Break():
            yield "jump", ast.Continue()
        case _:
            pass


def _of_expressions(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    match node:
        case ast.Compare():
            for at, one in enumerate(node.ops):
                for other in _COMPARED[type(one)]:
                    yield "comparison", _with(node, ops=[*node.ops[:at], other(), *node.ops[at + 1 :]])
        case ast.BoolOp():
            yield "connective", _with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
            for at in range(len(node.values)):
                rest = [*node.values[:at], *node.values[at + 1 :]]
                yield "operand removed", rest[0] if len(rest) == 1 else _with(node, values=rest)
        case ast.UnaryOp(op=ast.Not() | ast.USub() as op):
            yield "not removed" if isinstance(op, ast.Not) else "sign removed", copy.copy(node.operand)
        case ast.Constant():
            yield from (("constant", ast.Constant(other)) for other in _other_constants(node.value))
        case ast.BinOp():
            yield "arithmetic", _with(node, op=_CALCULATED[type(node.op)]())
        case ast.Call(func=ast.Name(id=name)) if name in _CALLED:
            yield "function", _with(node, func=ast.Name(_CALLED[name], ast.Load()))
        case _:
            pass


def _is_false(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and not value.value


def _of_conditions(node: ast.AST, place: _Place) -> Iterator[tuple[str, ast.AST]]:
    """Yield True and False in place of what is decided by."""
    parent = place.parent
    decides = isinstance(parent, ast.If | ast.IfExp | ast.While) and place.field == "test"
    decides |= isinstance(parent, ast.comprehension) and place.field == "ifs"
    decides |= isinstance(parent, ast.match_case) and place.field == "guard"
    if not decides or isinstance(node, ast.Constant):
        return
    # Where the condition names something, the name is still there.
    held = any(isinstance(one, ast.NamedExpr) for one in ast.walk(node))
    if not isinstance(parent, ast.While):
        yield "condition removed", _decided(node, True, held=held)
    yield "condition removed", _decided(node, False, held=held)


def _decided(node: Any, value: bool, *, held: bool) -> ast.expr:  # noqa: FBT001  # the constant to write
    if not held:
        return ast.Constant(value)
    return ast.BoolOp(ast.Or() if value else ast.And(), [copy.copy(node), ast.Constant(value)])


def _with(node: Any, **fields: Any) -> Any:
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def _other_constants(value: object) -> Iterable[Any]:
    match value:
        case bool():
            return (not value,)
        case int():
            return (value + 1, value - 1) if value else (1,)
        case float():
            return (value + 1,)
        case str():
            return (value + "X",) if value else ("X",)
        case bytes():
            return (value + b"X",)
        case _:
            return ()


def _shown(statement: ast.stmt) -> str:
    """Return a statement as source, of a compound one its head."""
    emptied: dict[str, list[ast.AST]] = {"body": [ast.Pass()], "orelse": [], "handlers": [], "decorator_list": []}
    fields = {name: value for name, value in emptied.items() if hasattr(statement, name)}
    if isinstance(statement, ast.Try):
        fields["finalbody"] = [ast.Pass()]
    return " ".join(ast.unparse(ast.fix_missing_locations(_with(statement, **fields))).split()).removesuffix(": pass")
