"""One phase with other values of some keys, under several seeds: which of them are better?"""
