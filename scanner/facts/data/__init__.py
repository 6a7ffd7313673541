"""Dated tables that ship with the program: each names its source and the day it was taken."""
