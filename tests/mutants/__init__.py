"""`make mutants`: change the code a little, and see whether a test notices.

Each mutant is the module with one small change. A mutant that every test passes is a survivor: a
change of behaviour that nothing would notice. Mutants are made in a copy of the project, so the
working tree is never left changed.
"""
