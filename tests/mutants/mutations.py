"""Small changes: turn a module's source into a list of mutants. Pure.

The changes imitate common mistakes in this kind of code: a missing filter, permission or lock, a
limit that is off by one, an inverted condition, a missing statement. Strings for people, log lines
and annotations are left alone.
"""

import ast
import difflib
from dataclasses import dataclass

COMPARISONS = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
OPERATORS = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult, ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.LShift: ast.RShift, ast.RShift: ast.LShift,
}  # fmt: skip
FUNCTIONS = {
    "min": "max", "max": "min", "any": "all", "all": "any", "floor": "ceil", "ceil": "floor",
    "startswith": "endswith", "endswith": "startswith", "lower": "upper", "upper": "lower",
    "first": "last", "last": "first", "asc": "desc", "desc": "asc",
}  # fmt: skip
# Links of a call chain that can be removed without changing the type of the result.
LINKS = {
    "filter", "exclude", "order_by", "distinct", "select_for_update", "reverse",
    "strip", "lstrip", "rstrip", "lower", "upper", "casefold", "copy",
}  # fmt: skip
# Our own queryset methods, all of which narrow the result.
LINK_ENDINGS = ("_to", "_by", "_with", "_for", "_first", "live", "trashed", "expired", "current")
# Calls whose keyword arguments are conditions: removing one widens the result.
CONDITIONS = {"filter", "exclude", "get", "get_object_or_404", "Q", "get_or_create"}
IGNORED_CALLS = {"logger", "logging", "warnings"}
IGNORED_DECORATORS = {
    "dataclass", "property", "cached_property", "staticmethod", "classmethod", "contextmanager",
    "overload", "register", "wraps", "display", "abstractmethod",
}  # fmt: skip
BLOCKS_OF_LOCKS = ("atomic", "lock", "_lock")


@dataclass(frozen=True)
class Mutant:
    """One change: its description, the line it starts on, and the whole changed source."""

    description: str
    line: int
    source: str

    def diff(self, original, label):
        """Return the change as a unified diff."""
        lines = difflib.unified_diff(
            original.splitlines(),
            self.source.splitlines(),
            f"a/{label}",
            f"b/{label}",
            "",
            "",
            2,
            "",
        )
        return "\n".join(lines)


def mutants_of(source):
    """Return every mutant of a module in order of line. Each is valid Python and different."""
    finder = _Finder(source)
    finder.visit(ast.parse(source))
    found = {}
    for mutant in sorted(finder.mutants, key=lambda one: (one.line, one.description)):
        if mutant.source != source and _compiles(mutant.source):
            found.setdefault(mutant.source, mutant)
    return list(found.values())


def _compiles(source):
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True


def _name(node):
    """Return the last part of what is called or decorated: filter for a.b.filter(…)."""
    node = node.func if isinstance(node, ast.Call) else node
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _root(node):
    """Return the first part of a dotted name: logger for logger.info."""
    while isinstance(node, ast.Attribute | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


class _Finder(ast.NodeVisitor):
    """Walks a module and collects mutants. Replaces text by position, so that diffs are small."""

    def __init__(self, source):
        self.mutants = []
        self._bytes = source.encode()
        starts = [0]
        for line in self._bytes.splitlines(keepends=True):
            starts.append(starts[-1] + len(line))
        self._starts = starts

    # --- replacing text ----------------------------------------------------------------------
    def _span(self, node):
        begin = self._starts[node.lineno - 1] + node.col_offset
        return begin, self._starts[node.end_lineno - 1] + node.end_col_offset

    def _text(self, node):
        begin, end = self._span(node)
        return self._bytes[begin:end].decode()

    def _replace(self, node, text, description):
        begin, end = self._span(node)
        changed = self._bytes[:begin] + text.encode() + self._bytes[end:]
        self.mutants.append(Mutant(description, node.lineno, changed.decode()))

    def _swap(self, node, replacement, description):
        """Replace the node with another expression, in parentheses where precedence requires
        them."""
        text = ast.unparse(ast.fix_missing_locations(replacement))
        atom = isinstance(replacement, ast.Call | ast.Constant | ast.Name | ast.Attribute)
        self._replace(node, text if atom else f"({text})", description)

    # --- what is left alone ------------------------------------------------------------------
    def visit_JoinedStr(self, node):
        """Skip f-strings: they are for people, and positions inside are unreliable before Python
        3.12."""

    def visit_AnnAssign(self, node):
        """Visit the value, not the annotation."""
        if node.value:
            self.visit(node.value)

    def visit_If(self, node):
        """Skip the imports for type checkers; otherwise mutate the condition."""
        if "TYPE_CHECKING" in ast.dump(node.test):
            return
        self._condition(node.test)
        leaves = isinstance(node.body[-1], ast.Raise | ast.Return | ast.Continue | ast.Break)
        if leaves and not node.orelse:
            self._replace(node.test, "False", "leave out the guard")
        self.generic_visit(node)

    def visit_While(self, node):
        """Mutate the conditions of loops, and visit their bodies."""
        self._condition(node.test)
        self.generic_visit(node)

    def visit_IfExp(self, node):
        """Mutate conditions inside expressions."""
        self._condition(node.test)
        self.generic_visit(node)

    def _condition(self, test):
        if not isinstance(test, ast.Compare | ast.UnaryOp | ast.Constant | ast.BoolOp):
            self._replace(test, f"not ({self._text(test)})", "turn the condition round")

    def visit_FunctionDef(self, node):
        """Visit decorators, default values and the body, but no annotations and no docstring."""
        for decorator in node.decorator_list:
            if _name(decorator) not in IGNORED_DECORATORS:
                begin, end = self._span(decorator)
                at = self._bytes.rindex(b"@", 0, begin)
                changed = self._bytes[:at] + b"# " + self._bytes[at:end].replace(b"\n", b"\n# ")
                changed += self._bytes[end:]
                self.mutants.append(
                    Mutant("leave out the decorator", decorator.lineno, changed.decode())
                )
        for default in [*node.args.defaults, *filter(None, node.args.kw_defaults)]:
            self.visit(default)
        for statement in node.body:
            self.visit(statement)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_ClassDef(self, node):
        """Visit the body only."""
        for statement in node.body:
            self.visit(statement)

    # --- statements --------------------------------------------------------------------------
    def visit_Expr(self, node):
        """Remove a call that is made for its effect."""
        if isinstance(node.value, ast.Constant) or _root(node.value) in IGNORED_CALLS:
            return
        if isinstance(node.value, ast.Call):
            self._replace(node, "pass", "leave out the call")
        self.generic_visit(node)

    def visit_Raise(self, node):
        """Remove a raise statement."""
        if node.exc is not None:
            self._replace(node, "pass", "do not raise")
            if isinstance(node.exc, ast.Call):
                for argument in node.exc.args:
                    self.visit(argument)

    def visit_AugAssign(self, node):
        """Count in the other direction."""
        swapped = OPERATORS.get(type(node.op))
        if swapped:
            changed = ast.AugAssign(node.target, swapped(), node.value)
            self._replace(node, ast.unparse(ast.fix_missing_locations(changed)), "swap operator")
        self.generic_visit(node)

    def visit_Return(self, node):
        """Return None instead of the value."""
        if node.value is not None and not isinstance(node.value, ast.Constant):
            self._replace(node.value, "None", "return nothing")
        self.generic_visit(node)

    def visit_Break(self, node):
        """Continue instead of breaking."""
        self._replace(node, "continue", "go on instead of ending")

    def visit_Continue(self, node):
        """Break instead of continuing."""
        self._replace(node, "break", "end instead of going on")

    def visit_With(self, node):
        """Remove the transaction or the lock."""
        for item in node.items:
            if item.optional_vars is None and _name(item.context_expr).endswith(BLOCKS_OF_LOCKS):
                text = '__import__("contextlib").nullcontext()'
                self._replace(item.context_expr, text, "leave out the transaction or lock")
        self.generic_visit(node)

    # --- expressions -------------------------------------------------------------------------
    def visit_Compare(self, node):
        """Shift a comparison by one, or invert it."""
        for position, operator in enumerate(node.ops):
            changed = list(node.ops)
            changed[position] = COMPARISONS[type(operator)]()
            swapped = ast.Compare(node.left, changed, node.comparators)
            self._swap(node, swapped, "swap comparison")
        self.generic_visit(node)

    def visit_BoolOp(self, node):
        """Swap `and` and `or`, and remove each operand."""
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        self._swap(node, ast.BoolOp(other, node.values), "swap and/or")
        for position in range(len(node.values)):
            rest = node.values[:position] + node.values[position + 1 :]
            kept = rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)
            self._swap(node, kept, "leave out one condition")
        self.generic_visit(node)

    def visit_UnaryOp(self, node):
        """Remove `not` or a minus sign."""
        if isinstance(node.op, ast.Not | ast.USub | ast.Invert):
            self._swap(node, node.operand, "leave out the sign")
        self.generic_visit(node)

    def visit_BinOp(self, node):
        """Use another operator."""
        swapped = OPERATORS.get(type(node.op))
        if swapped and not isinstance(node.left, ast.JoinedStr) and not _is_words(node):
            self._swap(node, ast.BinOp(node.left, swapped(), node.right), "swap operator")
        self.generic_visit(node)

    def visit_Constant(self, node):
        """Change numbers by one (or by a tenth), and invert booleans."""
        if isinstance(node.value, bool):
            self._replace(node, str(not node.value), "the other truth")
        elif isinstance(node.value, int):
            self._replace(node, str(node.value + 1), "one more")
        elif isinstance(node.value, float):
            self._replace(node, repr(node.value * 1.1 + 0.01), "a tenth more")

    def visit_Subscript(self, node):
        """Remove a bound of a slice."""
        if isinstance(node.slice, ast.Slice) and (node.slice.upper or node.slice.lower):
            whole = ast.Subscript(node.value, ast.Slice(), node.ctx)
            self._replace(node, ast.unparse(ast.fix_missing_locations(whole)), "whole slice")
        self.generic_visit(node)

    def visit_Call(self, node):
        """Remove a link of a chain, a condition or an order; swap similar functions."""
        name = _name(node)
        if _root(node) in IGNORED_CALLS or name in {"_", "gettext", "ngettext", "TypeVar"}:
            return
        if isinstance(node.func, ast.Attribute):
            if name in LINKS or name.endswith(LINK_ENDINGS):
                self._replace(node, self._text(node.func.value), f"leave out .{name}()")
            if name in FUNCTIONS:
                function = ast.Attribute(node.func.value, FUNCTIONS[name], ast.Load())
                self._swap(node, ast.Call(function, node.args, node.keywords), f"swap {name}")
        elif name in FUNCTIONS:
            function = ast.Name(FUNCTIONS[name], ast.Load())
            self._swap(node, ast.Call(function, node.args, node.keywords), f"swap {name}")
        if name in CONDITIONS:
            self._without_each_keyword(node)
        if name == "order_by":
            self._other_order(node)
        self.generic_visit(node)

    def _without_each_keyword(self, node):
        for position, keyword in enumerate(node.keywords):
            if keyword.arg in (None, "defaults"):
                continue
            rest = node.keywords[:position] + node.keywords[position + 1 :]
            changed = ast.Call(node.func, node.args, rest)
            self._swap(node, changed, f"leave out the condition {keyword.arg}")

    def _other_order(self, node):
        for argument in node.args:
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                name = argument.value
                turned = name[1:] if name.startswith("-") else f"-{name}"
                self._replace(argument, repr(turned), "order the other way")


def _is_words(node):
    return any(
        isinstance(side, ast.Constant) and isinstance(side.value, str | bytes)
        for side in (node.left, node.right)
    )
