"""People mark a random part of what was judged: how far is the judge to be trusted?"""
