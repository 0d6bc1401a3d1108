"""The rewritten syntax tree: prints become tokens, constants the author's text, loops count."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NoReturn

from jinja2 import nodes
from jinja2.exceptions import TemplateSyntaxError
from jinja2.visitor import NodeTransformer

from amcli.card.rendering.filters import REFUSED_FILTERS
from amcli.card.rendering.ledger import CLOSE, OPEN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from amcli.card.rendering.marks import TreeMarks

_REFUSED_FUNCTIONS = {"lipsum": "write the text you want to see"}
_OWN_CHARACTER = re.compile(f"([{OPEN}{CLOSE}])")
NAMELESS = "<template>"
"""The name of a template that was given as text."""
_CALL = 10  # a call takes about as long as this many loop turns
_ESCAPED_ANYWAY = "leave it out: amcli escapes every value for the place where it stands"


class Refused(TemplateSyntaxError):
    """A construct that card templates do not have; ``hint`` says what to write instead."""

    def __init__(self, what: str, lineno: int, name: str, hint: str | None = None) -> None:
        super().__init__(what, lineno, name)
        self.hint = hint


class Rewriter(NodeTransformer):
    """Rewrites one template's tree; with ``marks`` each part leaves a mark in front of it."""

    def __init__(self, name: str, marks: TreeMarks | None = None) -> None:
        self._name = name
        self._marks = marks

    # --- what is printed

    def visit_Output(self, node: nodes.Output) -> nodes.Output:
        """Replace prints by calls that leave a token; literal text stays."""
        written: list[nodes.Expr] = []
        for child in node.nodes:
            if isinstance(child, nodes.TemplateData):
                written += self._literal(child)
            else:
                written += self._mark(child)
                written.append(self._call("put", child.lineno, self._print(child)))
        node.nodes = written
        return node

    def _literal(self, node: nodes.TemplateData) -> Iterator[nodes.Expr]:
        """Yield literal text; our own two characters become tokens."""
        at = 0
        for text in _OWN_CHARACTER.split(node.data):
            yield from self._mark(node, at, at + len(text)) if text else ()
            if text in {OPEN, CLOSE}:
                const = nodes.Const(text, lineno=node.lineno)
                yield self._call("put_literal", node.lineno, const)
            elif text:
                yield nodes.TemplateData(text, lineno=node.lineno)
            at += len(text)

    def _print(self, node: nodes.Expr) -> nodes.Expr:
        if not isinstance(node, nodes.Concat):
            printed: nodes.Expr = self.visit(node)
            return printed
        marked = [part for n in node.nodes for part in (*self._mark(node), self.visit(n))]
        return self._concatenated(marked, node.lineno)

    def _mark(self, node: nodes.Expr, *part: int) -> list[nodes.Expr]:
        if self._marks is None:
            return []
        return [nodes.TemplateData(self._marks.mark(node, *part), lineno=node.lineno)]

    def visit_Const(self, node: nodes.Const) -> nodes.Expr:
        """Make string constants the author's own text."""
        if not isinstance(node.value, str):
            return node
        return self._environment("trusted", node.lineno, node)

    def visit_Concat(self, node: nodes.Concat) -> nodes.Expr:
        """``~`` keeps its parts apart, so that constants stay the author's and data is escaped."""
        return self._concatenated([self.visit(part) for part in node.nodes], node.lineno)

    def _concatenated(self, parts: list[nodes.Expr], line: int) -> nodes.Expr:
        return self._call("concatenate", line, nodes.List(parts, lineno=line))

    def visit_Assign(self, node: nodes.Assign) -> nodes.Assign:
        """Give several names the characters of plain text."""
        self.generic_visit(node)
        if isinstance(node.target, nodes.Tuple):
            node.node = self._environment("plain_itself", node.lineno, node.node)
        return node

    def visit_AssignBlock(self, node: nodes.AssignBlock) -> nodes.Node | list[nodes.Node]:
        """Split ``{% set x | f %}``: capture first, then filter, which sees plain text."""
        filters, node.filter = node.filter, None
        self.generic_visit(node)
        if filters is None:
            return node
        captured = self._reading(node.target)
        innermost = filters
        while isinstance(innermost.node, nodes.Filter):
            innermost = innermost.node
        innermost.node = captured
        assign = nodes.Assign(node.target, self.visit(filters), lineno=node.lineno)
        return [node, assign]

    # --- what sees captured text as plain text

    def visit_Compare(self, node: nodes.Compare) -> nodes.Expr:
        """Compare plain text."""
        self.generic_visit(node)
        node.expr = self._plain(node.expr)
        for operand in node.ops:
            operand.expr = self._plain(operand.expr)
        return node

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Expr:
        """Slice plain text: Jinja's slices do not ask the environment."""
        node.node = self.visit(node.node)
        if isinstance(node.arg, nodes.Slice):
            node.node = self._plain(node.node)
            self.generic_visit(node.arg)
        elif not isinstance(node.arg, nodes.Const):
            node.arg = self.visit(node.arg)
        return node

    def visit_Pair(self, node: nodes.Pair) -> nodes.Pair:
        """Keys of mappings are plain text."""
        self.generic_visit(node)
        node.key = self._plain(node.key)
        return node

    def visit_If(self, node: nodes.If) -> nodes.If:
        """Decide on plain text: captured emptiness is false."""
        self.generic_visit(node)
        node.test = self._plain(node.test)
        return node

    def visit_CondExpr(self, node: nodes.CondExpr) -> nodes.Expr:
        """The same for the inline form."""
        self.generic_visit(node)
        node.test = self._plain(node.test)
        return node

    def visit_And(self, node: nodes.And) -> nodes.Expr:
        """``and``, ``or`` and ``not`` see plain text."""
        self.generic_visit(node)
        node.left, node.right = self._plain(node.left), self._plain(node.right)
        return node

    def visit_Or(self, node: nodes.Or) -> nodes.Expr:
        """As ``and``."""
        self.generic_visit(node)
        node.left, node.right = self._plain(node.left), self._plain(node.right)
        return node

    def visit_Not(self, node: nodes.Not) -> nodes.Expr:
        """As ``and``."""
        self.generic_visit(node)
        node.node = self._plain(node.node)
        return node

    # --- input references

    def visit_Getattr(self, node: nodes.Getattr) -> nodes.Expr:
        """``name.value`` is Outlook's input reference where ``name`` is no variable."""
        self.generic_visit(node)
        if node.attr == "value" and isinstance(node.node, nodes.Name):
            name = nodes.Const(node.node.name, lineno=node.lineno)
            return self._call("value_of", node.lineno, node.node, name)
        return node

    # --- what is counted

    def visit_Template(self, node: nodes.Template) -> nodes.Template:
        """Count the template itself: includes can repeat."""
        self.generic_visit(node)
        extends = [n for n in node.body if isinstance(n, nodes.Extends)]
        if not extends:
            node.body.insert(0, self._tick(1, _CALL))
        return node

    def visit_For(self, node: nodes.For) -> nodes.For:
        """Count each turn; go through plain text."""
        self.generic_visit(node)
        node.iter = self._environment("plain_itself", node.lineno, node.iter)
        if node.test is not None:
            node.test = self._plain(node.test)
        node.body.insert(0, self._tick(node.lineno))
        return node

    def visit_Macro(self, node: nodes.Macro) -> nodes.Macro:
        """Count each call."""
        self.generic_visit(node)
        node.body.insert(0, self._tick(node.lineno, _CALL))
        return node

    def visit_CallBlock(self, node: nodes.CallBlock) -> nodes.CallBlock:
        """Count each ``caller()``."""
        self.generic_visit(node)
        node.body.insert(0, self._tick(node.lineno, _CALL))
        return node

    def visit_Block(self, node: nodes.Block) -> nodes.Block:
        """Count each ``self.block()``."""
        self.generic_visit(node)
        node.body.insert(0, self._tick(node.lineno, _CALL))
        return node

    # --- what is refused, and what stays as it is

    def visit_Filter(self, node: nodes.Filter) -> nodes.Expr:
        """Refuse the filters that would step around the escaping."""
        if node.name in REFUSED_FILTERS:
            self._refuse(f"the filter `{node.name}`", REFUSED_FILTERS[node.name], node.lineno)
        return self._visited(node)

    def visit_Call(self, node: nodes.Call) -> nodes.Expr:
        """Refuse ``lipsum()``."""
        if isinstance(node.node, nodes.Name) and node.node.name in _REFUSED_FUNCTIONS:
            name = node.node.name
            self._refuse(f"`{name}()`", _REFUSED_FUNCTIONS[name], node.lineno)
        return self._visited(node)

    def visit_Pow(self, node: nodes.Pow) -> nodes.Expr:
        """Refuse ``**``."""
        self._refuse("`**`", "compute the number before it reaches the template", node.lineno)

    def visit_FilterBlock(self, node: nodes.Node) -> nodes.Node:
        """Refuse ``{% filter %}``."""
        self._refuse(
            "`{% filter %}`", "write `{% set x %}...{% endset %}{{ x | upper }}`", node.lineno
        )
        return node

    def visit_ScopedEvalContextModifier(self, node: nodes.Node) -> nodes.Node:
        """Refuse ``{% autoescape %}``."""
        self._refuse("`{% autoescape %}`", _ESCAPED_ANYWAY, node.lineno)
        return node

    def visit_Include(self, node: nodes.Include) -> nodes.Node:
        """Leave a constant name alone, which the compiler reads; compute any other."""
        node.template = self._template_name(node.template)
        return node

    visit_Import = visit_FromImport = visit_Extends = visit_Include

    def _template_name(self, name: nodes.Expr) -> nodes.Expr:
        if isinstance(name, nodes.Const):
            return name
        if isinstance(name, (nodes.List, nodes.Tuple)):
            name.items = [self._template_name(item) for item in name.items]
            return name
        return self._plain(self.visit(name))

    # --- building blocks

    def _visited(self, node: nodes.Expr) -> nodes.Expr:
        self.generic_visit(node)
        return node

    def _refuse(self, what: str, hint: str, line: int) -> NoReturn:
        raise Refused(f"{what} is not available in card templates", line, self._name, hint)

    def _reading(self, target: nodes.Expr) -> nodes.Expr:
        if isinstance(target, nodes.NSRef):
            name = nodes.Name(target.name, "load", lineno=target.lineno)
            return nodes.Getattr(name, target.attr, "load", lineno=target.lineno)
        if not isinstance(target, nodes.Name):
            self._refuse("a set block with several names", "set one name a block", target.lineno)
        return nodes.Name(target.name, "load", lineno=target.lineno)

    def _plain(self, node: nodes.Node) -> nodes.Expr:
        return self._environment("plain", node.lineno, node)

    def _tick(self, line: int, turns: int = 1) -> nodes.Stmt:
        weight = nodes.Const(turns, lineno=line)
        return nodes.ExprStmt(self._environment("tick", line, weight), lineno=line)

    def _call(self, method: str, line: int, *args: nodes.Expr) -> nodes.Expr:
        place = [nodes.Const(self._name, lineno=line), nodes.Const(line, lineno=line)]
        return self._environment(method, line, *args, *place)

    def _environment(self, method: str, line: int, *args: nodes.Node) -> nodes.Expr:
        attribute = nodes.EnvironmentAttribute(method, lineno=line)
        return nodes.Call(attribute, list(args), [], None, None, lineno=line)
