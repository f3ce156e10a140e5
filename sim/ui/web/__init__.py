"""The page of `sim app`: move dates and strengths of a package and see what they do, against the world without it.

`draft` holds what is edited, `runs` makes the pairs of runs on the one thread of `worker`, `figures` says what came out
in numbers and `pictures` in figures; none of them knows the page. `page`, `panel` and `stage` are the page, `server`
serves it, to this machine only.
"""
