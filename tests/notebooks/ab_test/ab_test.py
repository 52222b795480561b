# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # New checkout page: does it sell more?
#
# A/B test of March. Group A saw the old page, group B the new one.

# %%
import numpy as np
import pandas as pd
from scipy import stats

ALPHA = 0.05

# %%
visits = pd.read_csv("checkout.csv")
print(f"{len(visits)} rows, {visits.user.nunique()} users")
visits = visits.drop_duplicates("user")
visits.groupby("group").size()

# %% [markdown]
# ## Was the split fair?
#
# If the assignment was random, each device should be as common in A as in B.

# %%
table = pd.crosstab(visits.group, visits.device)
chi2, p_split, dof, expected = stats.chi2_contingency(table)
print(f"chi2={chi2:.2f}, p={p_split:.3f}")
if p_split < ALPHA:
    print("The groups differ, stop here!")

# %% [markdown]
# ## Conversion

# %%
summary = visits.groupby("group").bought.agg(["sum", "count", "mean"])
summary

# %%
bought_a, bought_b = summary["sum"]
n_a, n_b = summary["count"]
pooled = (bought_a + bought_b) / (n_a + n_b)
z = (bought_b / n_b - bought_a / n_a) / np.sqrt(pooled * (1 - pooled) * (1 / n_a + 1 / n_b))
p_value = 2 * stats.norm.sf(abs(z))
print(f"z={z:.2f} p={p_value:.4f}")

# %% [markdown]
# ## How sure are we of the lift?
# 2000 bootstrap samples of each group.

# %%
rng = np.random.default_rng(2023)
a = visits.loc[visits.group == "A", "bought"].to_numpy()
b = visits.loc[visits.group == "B", "bought"].to_numpy()
lifts = np.empty(2000)
for i in range(2000):
    lifts[i] = rng.choice(b, len(b)).mean() - rng.choice(a, len(a)).mean()
low, high = np.percentile(lifts, [2.5, 97.5])
print(f"lift between {low:.3f} and {high:.3f}")

# %% [markdown]
# ## Time on the page
# Not normal at all, so no t-test.

# %%
seconds = [g.seconds.values for _, g in visits.groupby("group")]
u, p_seconds = stats.mannwhitneyu(*seconds)
p_seconds

# %%
# by device, with Bonferroni
for device, rows in visits.groupby("device"):
    t = pd.crosstab(rows.group, rows.bought)
    _, p, *_ = stats.chi2_contingency(t)
    print(f"{device:8s} p={p:.3f}", "*" if p < ALPHA / 3 else "")

# %%
verdict = "ship it" if p_value < ALPHA and low > 0 else "keep the old page"
print(verdict)
