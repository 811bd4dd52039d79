"""`make mutants`: change the code slightly and check whether a test fails.

A mutant is a module with one small change. A mutant that passes every test is a survivor: a change
of behaviour that no test would notice. Mutants are made in a copy of the project, so the working
tree is never changed.
"""
