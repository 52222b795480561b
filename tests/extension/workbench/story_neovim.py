"""Neovim on a percent script, with the settings of the read-me."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from documented import settings

SCRIPT = """\
# %% [markdown]
# # Prices

# %%
import os
import pandas as pd

# %%
prices = pd.read_csv("prices.csv")
print(missing)
"""
TELL = """\
local found = {}
local all = vim.wait(60000, function()
  found = vim.diagnostic.get(0)
  return #found >= 2
end, 100)
table.sort(found, function(a, b) return a.lnum < b.lnum end)
for _, d in ipairs(found) do
  io.stdout:write(string.format('%d %s %s\\n', d.lnum + 1, d.code, d.message))
end
vim.cmd(all and 'qall!' or 'cquit!')
"""


def test_findings_are_shown_in_a_percent_script(tmp_path: Path):
    (tmp_path / "prices.py").write_text(SCRIPT)
    (tmp_path / "init.lua").write_text(settings("lua"))
    (tmp_path / "tell.lua").write_text(TELL)
    neovim = shutil.which("nvim")
    assert neovim, "Neovim is not installed"
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    ended = subprocess.run(
        [neovim, "--headless", "-u", "init.lua", "prices.py", "-c", "luafile tell.lua"],
        cwd=tmp_path,
        env={**os.environ, "PATH": path, "XDG_STATE_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    print(ended.stdout, ended.stderr)
    assert ended.returncode == 0
    assert "5 NBI002 `os` is imported but not used" in ended.stdout
    assert "10 NBD002" in ended.stdout
