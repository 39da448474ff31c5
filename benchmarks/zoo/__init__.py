"""Small real models with known lineage: made here, asked like any other, and scored against the truth.

corpora.py, texts.py   what is read, and what is made of it
members.py, population.py, sizes.py   who is in the zoo, and by which recipe
making.py over roots.py, students.py, answers.py, keep.py   recipe → weights in the cache, once
lineage.py   the truth: who descends from whom, and what that makes of every pair
build.py, served.py, asking.py, draw.py   the zoo as a whole
"""
