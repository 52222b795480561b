"""Where data comes from: which rows a value holds, and which rows its contents have seen.

The values of `values` flow through the statements (`interpreter`) and calls (`calls`) of a
notebook; what matters for a judgement on leakage is written down in a `Log`.
"""
