"""Finds what makes a test depend on the speed of the machine, and code that cuts its work by a clock."""

import ast
import operator

CLOCKS = frozenset(
    f"{name}{unit}" for name in ("monotonic", "perf_counter", "process_time", "thread_time") for unit in ("", "_ns")
)
LEAST_DEADLINE = 60
_DEADLINES = ("timeout", "deadline", "patience")
# Where the first or the second positional argument of a call is how long it may take.
_FIRST = frozenset({"wait", "join", "result", "communicate", "settimeout", "timeout", "timeout_at"})
_SECOND = frozenset({"wait_for", "create_connection"})
_SET_BY_THE_TEST = frozenset({"driven"})  # receivers whose clock is no real one
_SLEEPS = frozenset({"sleep", "pause"})
_UNITS = (" s", " ms", " µs", " ns", "seconds")
_ARITHMETIC = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


def clock_reads(tree):
    """Lines where a clock is read: a function of the module time, or the time of an event loop."""
    return [node.lineno for node in ast.walk(tree) if is_clock_read(node)]


def is_clock_read(node):
    if not isinstance(node, ast.Call):
        return False
    _, name = _called(node)
    return name in CLOCKS or (name in {"time", "time_ns"} and not node.args)


def asserted_times(tree):
    """Lines of assertions about a time: one that was read or reckoned from a clock, or an upper bound of a figure."""
    names = _names_from_clocks(tree) if clock_reads(tree) else set()
    asserted = [node for node in ast.walk(tree) if isinstance(node, ast.Assert)]
    return [each.lineno for each in asserted if _is_about_time(each.test, names)]


def short_deadlines(tree):
    """Lines where a wait is given less than `LEAST_DEADLINE` seconds, as a number or a name that stands for one."""
    numbers = _named_numbers(tree)
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            given = _waits(node)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            given = _defaults(node.args)
        else:
            continue
        found += [node.lineno for each in given if _is_short(each, numbers)]
    return found


def sleeps(tree):
    """Line and enclosing function of each sleep that is more than a turn of the event loop."""
    found = []

    def visit(node, function):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            function = node.name
        if isinstance(node, ast.Call) and _called(node)[1] in _SLEEPS and node.args and _number(node.args[0], {}) != 0:
            found.append((node.lineno, function))
        for child in ast.iter_child_nodes(node):
            visit(child, function)

    visit(tree, "")
    return found


def cuts_by_the_clock(tree):
    """Lines of comparisons with what is read from a clock that no caller gave."""
    compared = [node for node in ast.walk(tree) if isinstance(node, ast.Compare)]
    return [each.lineno for each in compared if any(_is_system_clock(node) for node in ast.walk(each))]


def _is_system_clock(node):
    return is_clock_read(node) and (_called(node)[0] == "time" or _called(node)[1] in CLOCKS)


def _called(call):
    """The receiver of a call, where that has a name, and the name of what is called."""
    function = call.func
    if isinstance(function, ast.Attribute):
        return (function.value.id if isinstance(function.value, ast.Name) else ""), function.attr
    return "", getattr(function, "id", "")


def _names_from_clocks(tree):
    """Names that are assigned from a clock, or from a name that is."""
    assigned = [node for node in ast.walk(tree) if isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr)]
    found, before = set(), None
    while before != found:
        before = set(found)
        for each in assigned:
            if each.value is not None and _mentions_time(each.value, found):
                targets = each.targets if isinstance(each, ast.Assign) else [each.target]
                found |= {node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)}
    return found


def _mentions_time(node, names):
    return any(is_clock_read(each) or (isinstance(each, ast.Name) and each.id in names) for each in ast.walk(node))


def _is_about_time(test, names):
    return _mentions_time(test, names) or any(_bounds_a_figure(node) for node in ast.walk(test))


def _bounds_a_figure(node):
    """Whether something whose name ends in a unit of time is said to be less than a number."""
    if not isinstance(node, ast.Compare) or not any(isinstance(each, ast.Lt | ast.LtE) for each in node.ops):
        return False
    sides = [node.left, *node.comparators]
    keys = [each.slice for side in sides for each in ast.walk(side) if isinstance(each, ast.Subscript)]
    named = [key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]
    return any(_number(side, {}) is not None for side in sides) and any(name.endswith(_UNITS) for name in named)


def _waits(call):
    of, name = _called(call)
    if of in _SET_BY_THE_TEST:
        return []
    named = [each.value for each in call.keywords if each.arg and each.arg.endswith(_DEADLINES)]
    if name in _FIRST:
        return named + call.args[:1]
    return named + (call.args[1:2] if name in _SECOND else [])


def _defaults(arguments):
    positional = arguments.posonlyargs + arguments.args
    pairs = [*zip(positional[::-1], arguments.defaults[::-1], strict=False)]
    pairs += zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    return [value for argument, value in pairs if value is not None and argument.arg.endswith(_DEADLINES)]


def _is_short(node, numbers):
    value = _number(node, numbers)
    return value is not None and 0 < value < LEAST_DEADLINE


def _named_numbers(tree):
    """Names that this module gives to numbers."""
    assigned = [node for node in ast.walk(tree) if isinstance(node, ast.Assign)]
    pairs = [(target, each.value) for each in assigned for target in each.targets if isinstance(target, ast.Name)]
    return {target.id: _number(value, {}) for target, value in pairs if _number(value, {}) is not None}


def _number(node, numbers):
    if isinstance(node, ast.Constant) and type(node.value) in {int, float}:
        return node.value
    if isinstance(node, ast.Name):
        return numbers.get(node.id)
    if isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
        left, right = _number(node.left, numbers), _number(node.right, numbers)
        if left is not None and right is not None:
            return _ARITHMETIC[type(node.op)](left, right)
    return None
