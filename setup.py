"""What is installed: packages under their names, and two folders of the checkout beside them.

A table of pyproject.toml can find packages or name folders, not both.
"""

from setuptools import find_packages, setup

setup(
    packages=[
        *find_packages(include=["host_sim*", "tools*"]),
        *find_packages("firmware"),
        "host_sim.boards",
        "tools.provision.scripts",
    ],
    package_dir={
        "torpor": "firmware/torpor",
        "host_sim.boards": "boards",
        "tools.provision.scripts": "firmware",
    },
)
