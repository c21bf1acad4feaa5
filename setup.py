"""What is installed: packages under their names, and two folders of the checkout beside them.

A table of pyproject.toml can find packages or name folders, not both.
"""

from setuptools import find_packages, setup

setup(
    packages=[
        *find_packages(include=["host_sim*"]),
        *find_packages("firmware"),
        *find_packages("tools"),
        "host_sim.boards",
        "torpor_tools.provision.scripts",
    ],
    package_dir={
        "torpor": "firmware/torpor",
        "torpor_tools": "tools/torpor_tools",
        "host_sim.boards": "boards",
        "torpor_tools.provision.scripts": "firmware",
    },
)
