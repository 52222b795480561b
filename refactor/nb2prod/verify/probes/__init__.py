"""Probes: code for the user's Python, where nb2prod is not installed.

They are copied there as a package of their own, so they import each other relatively, and
nothing of nb2prod.
"""
