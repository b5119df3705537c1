"""Statistics of one report and of pairs of reports; numpy and the standard library only.

Wilson's and Clopper and Pearson's intervals are in `oilstone_schemas.intervals`. Tests hold every
function to scipy or statsmodels.
"""
