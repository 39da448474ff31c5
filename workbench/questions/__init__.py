"""Two questions, one score each: *weights* and *outputs*, for any two models of one source.

source.py     what several models answered to one collection of prompts
kin.py        who may stand as a control of whom
measures.py   what is measured, and which question it speaks to
likeness.py   source → tables of likeness of every two models; paired.py, profiles.py
further.py    values of metrics on distributions → tables beside them
panels.py     which pairs can be compared, and each one's panel
scale.py      what unrelated models are like in one metric
score.py      tables, panels and scales → the scores of a pair; singles.py: every metric alone
"""
