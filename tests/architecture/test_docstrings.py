"""The pure code explains itself: its readers are engineers and officials, not only programmers."""

import ast

from support.project import python_files, syntax

_EXPLAINED = ("app/domain/", "chains/")


def test_domain_and_engine_explain_themselves() -> None:
    silent = []
    for path in python_files():
        if not path.as_posix().startswith(_EXPLAINED) or path.name == "__init__.py":
            continue
        tree = syntax(path)
        if not ast.get_docstring(tree):
            silent.append(f"{path}: the module")
        for node in tree.body:
            if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name.startswith("_"):
                continue
            if not ast.get_docstring(node):
                silent.append(f"{path}:{node.lineno}: {node.name}")
    assert not silent, "a public name without a docstring:\n" + "\n".join(silent)


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        str(path)
        for path in python_files()
        if path.name != "__init__.py" and syntax(path).body and not ast.get_docstring(syntax(path))
    ]
    assert not silent, "a module without a docstring:\n" + "\n".join(silent)
