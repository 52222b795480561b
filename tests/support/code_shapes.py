"""Shapes of code: imports, nesting, definitions."""

from shape_parts import Shape, blocks, cells, lines, nest, row

IMPORTS = {
    "imports in a line": Shape(8000, row("a{i}", "import ", by=", ")),
    "names of one module": Shape(8000, row("a{i}", "from m import ", by=", ")),
    "one name imported often": Shape(8000, row("os", "import ", by=", ")),
    "imports": Shape(8000, lines("import a{i}")),
    "imports, cells": Shape(2000, cells("import a{i}")),
    "imports after code": Shape(4000, lines("import a{i}", "x = 1")),
    "imports from modules": Shape(4000, lines("from a{i} import b{i}")),
    "one import, lines": Shape(8000, lines("import os")),
    "one import, cells": Shape(2000, cells("import os\nos.getcwd()")),
    "one alias": Shape(4000, lines("import a{i} as a")),
    "imports used": Shape(1000, lambda n: [*lines("import a{i}")(n), *lines("a{i}.f()")(n)]),
    "imports by turns": Shape(1000, lines("import a{i}\na{i}.f()")),
    "stars": Shape(2000, lines("from a{i} import *")),
    "stars, cells": Shape(1000, cells("from a{i} import *\nx{i} = y{i}")),
    "dots of a module": Shape(4000, row("a", "import ", by=".")),
    "imports that may fail": Shape(
        1000, lines("try:\n    import a{i}\nexcept ImportError:\n    a{i} = None")
    ),
    "local imports": Shape(1000, lines("def f{i}():\n    import a{i}\n    return a{i}")),
}
NESTS = {
    "parentheses": Shape(80_000, nest("(", "1", ")", "x = ")),
    "lists": Shape(80_000, nest("[", "1", "]", "x = ")),
    "lists, allowed": Shape(180, nest("[", "1", "]", "x = ")),
    "dicts": Shape(180, nest("{1:", "1", "}", "x = ")),
    "calls": Shape(180, nest("f(", "1", ")", "from m import f\nx = ")),
    "own calls": Shape(180, nest("f(", "1", ")", "def f(x): return x\nx = ")),
    "subscripts": Shape(180, nest("a[", "1", "]", "a = [1]\nx = ")),
    "f-strings": Shape(140, nest('f"{', "1", '}"', "x = ")),
    "ternaries": Shape(1000, nest("1 if a else ", "2", before="a = 1\nx = ")),
    "lambdas": Shape(4000, nest("lambda:", "1", before="x = ")),
    "comprehensions": Shape(160, nest("[", "1", " for a in b]", "b = [1]\nx = ")),
    "generators of a comprehension": Shape(1000, row(" for a{i} in b", "b = [1]\nx = [1", "]")),
    "attributes in a row": Shape(4000, row(".a", "import a\nx = a")),
    "attributes of a list": Shape(1000, row(".a", "a = []\nx = a")),
    "calls in a row": Shape(1000, row(".f()", "from m import a\nx = a")),
    "calls of calls": Shape(1000, row("()", "from m import a\nx = a")),
    "subscripts in a row": Shape(1000, row("[0]", "a = []\nx = a")),
    "sums": Shape(4000, row("1", "x = ", by=" + ")),
    "sums of names": Shape(1000, row("a", "a = []\nx = ", by=" + ")),
    "sums of texts": Shape(4000, row("'a'", "x = ", by=" + ")),
    "powers": Shape(4000, row("1", "x = ", by=" ** ")),
    "signs": Shape(4000, nest("-", "1", before="x = ")),
    "nots": Shape(4000, nest("not ", "1", before="x = ")),
    "ands": Shape(4000, row("a{i}", "x = ", by=" and ")),
    "comparisons": Shape(4000, row("a", "a = 1\nx = ", by=" < ")),
    "items": Shape(8000, row("{i}", "x = [", "]", ", ")),
    "items, texts": Shape(8000, row("'{i}'", "x = [", "]", ", ")),
    "parts of an f-string": Shape(2000, row("{{x}}", 'x = 1\ny = f"', '"')),
    "texts side by side": Shape(8000, row("'a' ", "x = ")),
    "decorators": Shape(1000, lines("@f", "from m import f", "def g(): pass")),
    "ifs": Shape(90, blocks("if a:", "x = 1")),
    "ifs, too many": Shape(4000, blocks("if a:", "x = 1")),
    "fors": Shape(90, blocks("for i{i} in range(9):", "x = 1")),
    "whiles": Shape(90, blocks("while a:", "x = 1")),
    "withs": Shape(90, blocks("with a:", "x = 1")),
    "tries": Shape(90, blocks("try:", "x = 1", "finally: pass")),
    "tries with handlers": Shape(90, blocks("try:", "x = 1", "except E: y = 1")),
    "functions in functions": Shape(90, blocks("def f{i}():", "return 1")),
    "functions called within": Shape(40, blocks("def f{i}():", "return 1", "f{i}()")),
    "classes in classes": Shape(90, blocks("class C{i}:", "x = 1")),
    "elifs": Shape(1000, lines("elif a == {i}: x = {i}", "a = 1\nif a == 0: x = 0")),
    "cases": Shape(500, lines("    case {i}: x = {i}", "a = 1\nmatch a:")),
    "handlers": Shape(500, lines("except E{i}: x = {i}", "try: x = 0")),
}
DEFINITIONS = {
    "functions": Shape(1000, lines("def f{i}(): return {i}")),
    "functions, cells": Shape(1000, cells("def f{i}(): return {i}")),
    "functions that call the one before": Shape(
        500, lines("def f{i}(): return f{j}()", "def f0(): pass")
    ),
    "functions that call the one before, called": Shape(
        500, cells("def f{i}(): return f{j}()\nx{i} = f{i}()", "def f0(): pass")
    ),
    "functions that call the next": Shape(500, lines("def f{j}(): return f{i}()", last="f0()")),
    "functions that read variables": Shape(1000, lines("x{i} = []\ndef f{i}(): return x{i}")),
    "functions that read one variable": Shape(1000, lines("def f{i}(): return x", "x = []")),
    "functions that set variables": Shape(
        500, lines("def f{i}():\n    global x\n    x = {i}\nf{i}()")
    ),
    "functions that change a variable": Shape(
        500, cells("def f{i}(): x.append({i})\nf{i}()", "x = []")
    ),
    "one function, called": Shape(1000, lines("x{i} = f({i})", "def f(x): return [x]")),
    "one function, called in a chain": Shape(
        1000, cells("x = f(x)", "def f(x): return [x]\nx = 0")
    ),
    "one function, redefined": Shape(500, cells("def f(): return {i}\nf()")),
    "lambdas, lines": Shape(1000, lines("f{i} = lambda x: x + {i}")),
    "classes": Shape(500, lines("class C{i}: pass")),
    "subclasses": Shape(500, lines("class C{i}(C{j}): pass", "class C0: pass", "x = C1()")),
    "subclasses, cells": Shape(
        300,
        cells(
            "class C{i}(C{j}):\n    def f(self): return {i}\nx{i} = C{i}().f()", "class C0: pass"
        ),
    ),
    "methods": Shape(
        1000, lines("    def f{i}(self): return self.f{j}()", "class C:", "x = C()\nx.f9()")
    ),
    "instances": Shape(
        500, cells("x{i} = C()\nx{i}.f(x{i})", "class C:\n    def f(self, o): self.o = o")
    ),
    "parameters": Shape(2000, row("a{i}=0", "def f(", "): pass", ", ")),
    "arguments": Shape(2000, row("a{i}=0", "from m import f\nx = f(", ")", ", ")),
    "long function": Shape(1000, lines("    x = x + {i}", "def f(x):", "    return x\ny = f(1)")),
    "locals of a function": Shape(
        1000, lines("    x{i} = x{j} + [1]", "def f(x0):", "    return x0\ny = f([])")
    ),
    "globals of a function": Shape(
        1000, row("x{i}", "def f():\n    global ", "\n    x1 = 1", ", ")
    ),
    "returns": Shape(500, lines("    if x == {i}: return {i}", "def f(x):", "y = f(1)")),
    "long loop": Shape(500, lines("    x = x + {i}", "x = 0\nfor i in range(9):")),
    "long loop of lists": Shape(500, lines("    x{i} = x{j} + [i]", "x0 = []\nfor i in range(9):")),
    "loops": Shape(500, lines("for i in range({i}): x.append(i)", "x = []")),
    "loops, cells": Shape(500, cells("for i in range({i}): x.append(i)", "x = []")),
    "conditions": Shape(500, lines("if x: y{i} = {i}", "x = 1")),
    "conditions, cells": Shape(500, cells("if x: x = x + {i}", "x = 1")),
    "long condition": Shape(1000, lines("    x = x + {i}", "x = 1\nif x:")),
    "tries, lines": Shape(300, lines("try: x{i} = {i}\nexcept E: x{i} = 0", "from m import E")),
    "long try": Shape(500, lines("    x{i} = x{j} + 1", "x0 = 1\ntry:", "except E: pass")),
}
