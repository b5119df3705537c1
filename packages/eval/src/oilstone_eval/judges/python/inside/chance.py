"""The same random numbers in every run, so that chance decides no verdict."""


def same_random_numbers(code: str) -> None:
    """Seed the generator of a program that may use it; importing it for all would cost each one."""
    if "random" in code:
        import random

        random.seed(0)
