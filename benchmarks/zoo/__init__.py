"""Small real models with known lineage: made here, asked like any other, and scored against the truth.

corpora.py (readers.py), texts.py             what is read, and what is made of it
members.py, population.py, sizes.py           who is in the zoo, and by which recipe
making.py → roots.py, students.py, answers.py, keep.py   recipe → weights in the cache, once
build.py, record.py                           the zoo as a whole, and what is written down of it
lineage.py                                    what that makes of every pair
asking.py, served.py, scoring.py, draw.py     its case, its scores and its picture
"""
