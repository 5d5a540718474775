"""python -m maild"""

from maild.cli import main

main()
